import { type DType, DTypeError, type HalfOpenRange, MemoryView, ValueError } from "@instride/core";
import { copy } from "@instride/kernels";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arranged, arrangements, checkWrites, cutsOf, indicesOf, owner, REAL_DTYPES, shapes } from "./model.ts";

const ALL: readonly DType[] = [...REAL_DTYPES, "complex64", "complex128"];

/** The bytes of one element, as text. */
function bitsAt(view: MemoryView, index: readonly number[]): string {
  return Buffer.from(view.at(...index).toBytes()).toString("hex");
}

test.for(ALL)("copy: of %s, keeps every bit for every layout and cut", (dtype) => {
  const property = fc.property(
    shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        target: arrangements(shape.length),
        source: arrangements(shape.length),
        bytes: fc.uint8Array({ minLength: 61, maxLength: 61 }),
        cuts: cutsOf(shape[0]!),
      }),
    ),
    ({ shape, target, source, bytes, cuts }) => {
      const src = arranged(dtype, shape, source);
      const dst = arranged(dtype, shape, target);
      const raw = new Uint8Array(owner.heap.memory.buffer, src.memory.byteOffset, src.memory.nbytes);
      for (let i = 0; i < raw.length; i++) raw[i] = bytes[i % bytes.length]!;
      const inRange = indicesOf(shape).filter(([i]) => cuts.range.start <= i! && i! < cuts.range.stop);
      const run = (range: HalfOpenRange): void => copy(range, { src: src.view, dst: dst.view });
      for (const chunk of cuts.chunks) run(chunk);
      for (const index of inRange) expect(bitsAt(dst.view, index)).toBe(bitsAt(src.view, index));
      dst.memory.release();
      src.memory.release();
    },
  );
  fc.assert(property, { numRuns: 60 });
});

test("copy: writes nothing outside its range", () => {
  const property = fc.property(
    shapes.chain((shape) =>
      fc.record({ shape: fc.constant(shape), target: arrangements(shape.length), cuts: cutsOf(shape[0]!) }),
    ),
    ({ shape, target, cuts }) => {
      const dst = arranged("int32", shape, target);
      using src = owner.full(shape, 77, "int32");
      checkWrites(
        dst,
        cuts,
        (range) => copy(range, { src, dst: dst.view }),
        () => 77,
      );
      dst.memory.release();
    },
  );
  fc.assert(property, { numRuns: 200 });
});

test("copy: broadcasts its input", () => {
  using src = owner.from(new Float32Array([1, 2, 3]));
  using dst = owner.zeros([2, 3], "float32");
  copy({ start: 0, stop: 2 }, { src, dst });
  expect(dst.toList()).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
});

test("copy: makes a mirrored half-size picture", () => {
  using photo = owner.zeros([40, 60, 3], "uint8");
  photo.elements().data.set(Array.from({ length: 7200 }, (_, i) => (i * 7) % 251));
  const half = photo.at("::2", "::-2");
  using dst = owner.zeros([20, 30, 3], "uint8");
  copy({ start: 0, stop: 11 }, { src: half, dst });
  copy({ start: 11, stop: 20 }, { src: half, dst });
  expect(dst.toBytes()).toEqual(half.toBytes());
});

test("copy: refuses another dtype, and shared memory", () => {
  using a = owner.zeros([4], "float32");
  using b = owner.zeros([4], "int32");
  expect(() => copy({ start: 0, stop: 4 }, { src: a, dst: b })).toThrow(DTypeError);
  expect(() => copy({ start: 0, stop: 4 }, { src: a.at("::-1"), dst: a })).toThrow(ValueError);
});
