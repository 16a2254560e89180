import * as arrow from "apache-arrow";
import { expect, test } from "vitest";
import { BufferError, MemoryView, open } from "instride";
import { arrowBooleans, arrowChunks, arrowColumn, arrowValidity } from "instride/interop/arrow";

/** What Arrow itself says that a column holds. */
function valuesOf(vector: arrow.Vector): unknown[] {
  return [...vector] as unknown[];
}

const COLUMNS: Readonly<Record<string, readonly [arrow.DataType, readonly unknown[]]>> = {
  int8: [new arrow.Int8(), [-1, 2, 127]],
  int16: [new arrow.Int16(), [-1, 2, 3]],
  int32: [new arrow.Int32(), [-1, 2, 3]],
  int64: [new arrow.Int64(), [-1n, 2n ** 60n, 3n]],
  uint8: [new arrow.Uint8(), [1, 255, 3]],
  uint16: [new arrow.Uint16(), [1, 65_535, 3]],
  uint32: [new arrow.Uint32(), [1, 2 ** 32 - 1, 3]],
  uint64: [new arrow.Uint64(), [1n, 2n ** 64n - 1n, 3n]],
  float16: [new arrow.Float16(), [0.5, -1.25, 3]],
  float32: [new arrow.Float32(), [0.5, -1.25, 3]],
  float64: [new arrow.Float64(), [0.1, -1.25, 3]],
};

test.each(Object.entries(COLUMNS))("arrowColumn: a column of %s is viewed in place, whole and sliced", (dtype, of) => {
  const [type, values] = of;
  const vector = arrow.vectorFromArray([...values], type);
  for (const column of [vector, vector.slice(1), vector.slice(1, 2), vector.slice(3)]) {
    using view = new MemoryView(arrowColumn(column));
    expect([view.dtype, view.shape, view.readonly, view.toList()]).toEqual([
      dtype,
      [column.length],
      true,
      valuesOf(column),
    ]);
    expect(view.unsafeElements().data.buffer).toBe(column.data[0]!.values.buffer);
  }
});

test("arrowColumn: times are the integers that they are stored as", () => {
  const day = 86_400_000;
  const columns: readonly (readonly [arrow.Vector, string, unknown[]])[] = [
    [arrow.vectorFromArray([new Date(3 * day)], new arrow.DateDay()), "int32", [3]],
    [arrow.vectorFromArray([new Date(5)], new arrow.DateMillisecond()), "int64", [5n]],
    [arrow.vectorFromArray([5], new arrow.TimestampMillisecond()), "int64", [5n]],
    [arrow.vectorFromArray([5], new arrow.TimeSecond()), "int32", [5]],
    [arrow.vectorFromArray([5n], new arrow.TimeNanosecond()), "int64", [5n]],
    [arrow.vectorFromArray([7n], new arrow.DurationSecond()), "int64", [7n]],
  ];
  for (const [column, dtype, list] of columns) {
    using view = new MemoryView(arrowColumn(column));
    expect([view.dtype, view.toList()]).toEqual([dtype, list]);
  }
});

test("arrowColumn: bytes and lists of fixed length have an axis more, also when they are sliced", () => {
  const bytes = arrow.vectorFromArray(
    [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6), Uint8Array.of(7, 8, 9)],
    new arrow.FixedSizeBinary(3),
  );
  const item = new arrow.Field("item", new arrow.Float32());
  const lists = arrow.vectorFromArray(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    new arrow.FixedSizeList(2, item),
  );
  const rows = (vector: arrow.Vector): number[][] => valuesOf(vector).map((row) => [...(row as Iterable<number>)]);
  for (const vector of [bytes, bytes.slice(1), lists, lists.slice(1, 3), lists.slice(2)]) {
    using view = new MemoryView(arrowColumn(vector));
    expect([view.ndim, view.toList()]).toEqual([2, rows(vector)]);
  }
});

test("arrowColumn: a column of a table that came by IPC is viewed in the bytes of the message", () => {
  const table = arrow.tableFromArrays({ x: Float32Array.of(1, 2, 3), y: Int32Array.of(4, 5, 6) });
  const bytes = arrow.tableToIPC(table);
  const read = arrow.tableFromIPC(bytes);
  using y = new MemoryView(arrowColumn(read.getChild("y")!));
  expect([y.dtype, y.toList()]).toEqual(["int32", [4, 5, 6]]);
  expect(y.unsafeElements().data.buffer).toBe(bytes.buffer);
});

test("arrowColumn: nulls are refused, or told by a mask", () => {
  const vector = arrow.vectorFromArray([1, null, 3, null, 5, 6, 7, 8, 9, null], new arrow.Int32());
  expect(() => arrowColumn(vector)).toThrow("of which 3 of 10 elements are null");
  for (const column of [vector, vector.slice(1, 9), vector.slice(4, 9)]) {
    const known = valuesOf(column).map((value) => value !== null);
    expect(arrowValidity(column).toList()).toEqual(known);
    using view = new MemoryView(arrowColumn(column, { nulls: "mask" }));
    const values = view.toList() as number[];
    expect(values.filter((_, i) => known[i])).toEqual(valuesOf(column).filter((value) => value !== null));
  }
  using complete = new MemoryView(arrowColumn(vector.slice(4, 9)));
  expect(complete.toList()).toEqual([5, 6, 7, 8, 9]);
});

test("arrowChunks: a column of several chunks is an exporter for each", () => {
  const vector = arrow
    .vectorFromArray([1, 2], new arrow.Int32())
    .concat(arrow.vectorFromArray([3, null], new arrow.Int32()));
  expect(() => arrowColumn(vector)).toThrow("cannot export a column of 2 chunks");
  const lists = arrowChunks(vector, { nulls: "mask" }).map((chunk) => new MemoryView(chunk).length);
  expect([lists, arrowValidity(vector).toList()]).toEqual([
    [2, 2],
    [true, true, true, false],
  ]);
});

test("arrowBooleans: has a boolean for each bit", () => {
  const vector = arrow.vectorFromArray(
    Array.from({ length: 21 }, (_, i) => i % 3 === 0),
    new arrow.Bool(),
  );
  for (const column of [vector, vector.slice(3), vector.slice(9, 20)]) {
    expect(arrowBooleans(column).toList()).toEqual(valuesOf(column));
  }
  const withNull = arrow.vectorFromArray([true, null], new arrow.Bool());
  expect(() => arrowBooleans(withNull)).toThrow("1 of 2 elements are null");
  expect(arrowBooleans(withNull, { nulls: "mask" }).get(0)).toBe(true);
});

test("arrowColumn: what doesn't lie side by side is refused by its type", () => {
  const refused: readonly (readonly [arrow.Vector, string])[] = [
    [arrow.vectorFromArray([true], new arrow.Bool()), "arrowBooleans() copies them"],
    [arrow.vectorFromArray([Uint32Array.of(5, 0, 0, 0)], new arrow.Decimal(2, 10)), "Decimal[10e+2]: no format"],
    [arrow.vectorFromArray(["a"], new arrow.Utf8()), "a column of type Utf8: its values don't lie side by side"],
    [arrow.vectorFromArray(["a", "b"]), "Dictionary<Int32, Utf8>"],
  ];
  for (const [column, text] of refused) {
    expect(() => arrowColumn(column)).toThrow(BufferError);
    expect(() => arrowColumn(column)).toThrow(text);
  }
  expect(() => arrowBooleans(arrow.vectorFromArray([1], new arrow.Int8()))).toThrow("expected Bool");
  for (const value of [null, [1], {}, "x"])
    expect(() => arrowColumn(value as never)).toThrow("a Vector or Data of Arrow");
});

test("arrowColumn: runtimes copy it in, whatever their mode", async () => {
  await using rt = await open({ mode: "inline" });
  const vector = arrow.vectorFromArray([1.5, 2.5], new arrow.Float32());
  const x = rt.from(arrowColumn(vector), { dtype: "float32" });
  expect(await rt.reduce("sum")(x)).toBe(4);
});
