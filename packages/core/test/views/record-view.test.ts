import fc from "fast-check";
import { expect, test } from "vitest";
import { borrowView } from "../../src/leases/borrowed-view.ts";
import { DTypeError, NotImplementedError, ReadonlyError, ShapeError, ValueError } from "../../src/errors.ts";
import { parseFormat } from "../../src/formats/format.ts";
import { MemoryView } from "../../src/views/memory-view.ts";
import { pep3118Formats } from "../formats/format-model.ts";

/** Records side by side in shared memory, their bytes a pattern. */
function recordsOf(format: string, shape: readonly number[] = [3]): MemoryView {
  const { itemsize } = parseFormat(format);
  const size = shape.reduce((product, length) => product * length, 1);
  const buffer = new SharedArrayBuffer(8 + size * itemsize);
  new Uint8Array(buffer).set(Array.from({ length: buffer.byteLength }, (_, i) => i * 37));
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((stride, length) => stride * length, itemsize));
  const place = { buffer, byteOffset: 8, shape, strides, suboffsets: null };
  return borrowView({ ...place, format, itemsize, readonly: false, lease: null }, null).view;
}

test("field: is a view of the field's own format over the same memory", () => {
  const points = recordsOf("T{b:tag:d:x:>h:y:}");
  const x = points.field("x");
  expect([x.format, x.dtype, x.itemsize, x.shape, x.strides, x.byteOffset]).toEqual([
    "d",
    "float64",
    8,
    [3],
    [18],
    points.byteOffset + 8,
  ]);
  x.set(1.5, 1);
  expect(points.get(1)).toMatchObject({ x: 1.5 });
  expect(points.field("y").format).toBe(">h");
  points.field("y").fill(-2);
  expect(points.toList()).toMatchObject([{ y: -2 }, { y: -2 }, { y: -2 }]);
  expect(x.get(1)).toBe(1.5);
});

test("field: a write touches the bytes of the field alone", () => {
  const points = recordsOf("T{b:tag:i:x:h:y:}");
  const before = points.toBytes();
  points.field("x").fill(-1);
  const changed = [...points.toBytes().keys()].filter((i) => points.toBytes()[i] !== before[i]);
  expect(changed.every((i) => i % 12 >= 4 && i % 12 < 8)).toBe(true);
  expect(points.field("x").toList()).toEqual([-1, -1, -1]);
});

test("field: of a sub-array has its axes behind the view's own", () => {
  const cells = recordsOf("T{h:id:(2,3)f:grid:}", [2, 2]);
  const grid = cells.field("grid");
  expect([grid.shape, grid.strides, grid.dtype]).toEqual([[2, 2, 2, 3], [56, 28, 12, 4], "float32"]);
  grid.at(1, 0).set(7, 1, 2);
  expect(cells.get(1, 0)).toMatchObject({ grid: [expect.anything(), [expect.anything(), expect.anything(), 7]] });
  expect(recordsOf("T{3i:a:}").field("a").shape).toEqual([3, 3]);
  expect(recordsOf("T{(0)i:a:b:b:}").field("a").toList()).toEqual([[], [], []]);
});

test("field: of a nested record is a view of records again", () => {
  const lines = recordsOf("T{T{f:x:f:y:}:start:b:flag:T{f:x:f:y:}:stop:}");
  const y = lines.field("stop").field("y");
  expect([y.format, y.strides, y.byteOffset]).toEqual(["f", [20], lines.byteOffset + 16]);
  y.fill(2.5);
  expect(lines.field("stop").toList()).toMatchObject([{ y: 2.5 }, { y: 2.5 }, { y: 2.5 }]);
  expect(lines.at(1).field("start").field("x").ndim).toBe(0);
});

const filled = fc.tuple(pep3118Formats, pep3118Formats).chain(([first, second]) => {
  const values = fc.record({ first: first.value, second: second.value });
  return fc.record({
    format: fc.constant(`T{${first.text}:first:${second.text}:second:}`),
    values: fc.array(values, { minLength: 4, maxLength: 4 }),
    reversed: fc.boolean(),
  });
});

test("field: of any record, in any order of records, has the values that were written to the records", () => {
  const property = fc.property(filled, ({ format, values, reversed }) => {
    const records = recordsOf(format, [2, 2]);
    for (const [i, value] of values.entries()) records.set(value as never, i >> 1, i & 1);
    const turned = reversed ? records.at("::-1") : records;
    for (const name of ["first", "second"] as const) {
      const field = turned.field(name);
      for (const [i, value] of values.entries()) {
        const row = reversed ? 1 - (i >> 1) : i >> 1;
        expect(field.at(row, i & 1).toList()).toEqual(value[name]);
      }
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test("field: takes the dtype that the caller knows, and refuses another", () => {
  const points = recordsOf("T{d:x:>h:y:}");
  const x: MemoryView<"float64"> = points.field("x", "float64");
  expect(x.dtype).toBe("float64");
  expect(() => points.field("x", "float32")).toThrow(DTypeError);
  expect(() => points.field("y", "int16")).toThrow('cannot view field "y" of format ">h" as int16');
  expect(() => points.field("x", "double" as "float64")).toThrow(DTypeError);
});

test("field: of what is no record is a DTypeError, and of a record without it a ValueError that names those it has", () => {
  expect(() => new MemoryView(new Int32Array(3)).field("x")).toThrow(DTypeError);
  expect(() => recordsOf("hh").field("f0")).toThrow(DTypeError);
  const points = recordsOf("T{d:x:h:y:}");
  expect(() => points.field("z")).toThrow(ValueError);
  expect(() => points.field("z")).toThrow('cannot view field "z": the record has "x", "y"');
  expect(() => points.field("__proto__")).toThrow(ValueError);
  expect(() => recordsOf("T{}").field("x")).toThrow("the record has none");
  expect(recordsOf("T{ih:b:}").field("f0").toList()).toHaveLength(3);
});

test("field: is read-only as the view is, and has no values where the format has none", () => {
  const points = recordsOf("T{d:x:O:object:}");
  expect(() => points.toReadonly().field("x").set(1, 0)).toThrow(ReadonlyError);
  expect(points.field("object").nbytes).toBe(24);
  expect(() => points.field("object").get(0)).toThrow(NotImplementedError);
  expect(points.field("x").get(0)).toBeTypeOf("number");
});

test("field: of an empty view stays inside the buffer, and of more than 64 axes is a ShapeError", () => {
  const empty = recordsOf("T{d:x:h:y:}", [0]);
  expect(empty.field("y").shape).toEqual([0]);
  expect(new MemoryView(empty.field("y")).toList()).toEqual([]);
  const deep = recordsOf(`T{(${Array.from({ length: 63 }, () => 1).join(",")})b:a:}`, [1, 1]);
  expect(() => deep.field("a")).toThrow(ShapeError);
});

test("field: is reached behind a table of offsets, too", () => {
  const buffer = new ArrayBuffer(64);
  const bytes = new DataView(buffer);
  // Two rows of three records {uint16 id, uint8[2] pair}, the second row before the first.
  new Uint32Array(buffer, 0, 2).set([40, 16]);
  for (const row of [0, 1]) {
    for (const column of [0, 1, 2]) {
      const place = (row === 0 ? 40 : 16) + column * 4;
      bytes.setUint16(place, 100 * row + column, true);
      bytes.setUint8(place + 2, row);
      bytes.setUint8(place + 3, column);
    }
  }
  const place = { buffer, byteOffset: 0, shape: [2, 3], strides: [4, 4], suboffsets: [0, -1] };
  const format = "T{<H:id:(2)B:pair:}";
  const { view } = borrowView({ ...place, format, itemsize: 4, readonly: false, lease: null }, null);
  expect(view.field("id").toList()).toEqual([
    [0, 1, 2],
    [100, 101, 102],
  ]);
  expect(view.field("pair").suboffsets).toEqual([2, -1, -1]);
  expect(view.field("pair").at(1).toList()).toEqual([
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
  view.field("id").set(9, 1, 1);
  expect(bytes.getUint16(20, true)).toBe(9);
});
