import { loadPyodide } from "pyodide";
import { beforeAll, expect, test } from "vitest";
import { BufferError, BufferFlags, getBuffer, MemoryView, NotImplementedError, open } from "instride";
import { fromPython, type PythonObject, toPython } from "instride/interop/pyodide";

// It is in the npm package, whole: nothing is fetched.
let pyodide: Awaited<ReturnType<typeof loadPyodide>>;
beforeAll(async () => {
  pyodide = await loadPyodide();
});

function python(code: string): PythonObject {
  return pyodide.runPython(code) as PythonObject;
}

/** Names for Python. */
function give(name: string, value: unknown): void {
  (pyodide.globals as unknown as Map<string, unknown>).set(name, value);
}

/** What Python itself says. */
function said(code: string): unknown {
  const answer = pyodide.runPython(code) as unknown;
  if (typeof answer !== "object" || answer === null) return answer;
  const proxy = answer as { toJs(): unknown; destroy(): void };
  const value = proxy.toJs();
  proxy.destroy();
  return value;
}

/** Python objects, and the dtype of their elements. */
const OBJECTS: readonly (readonly [code: string, dtype: string])[] = [
  ["bytes(range(5))", "uint8"],
  ["bytearray(b'abc')", "uint8"],
  ["array.array('d', range(6))", "float64"],
  ["array.array('q', [-1, 2**62])", "int64"],
  ["memoryview(array.array('h', range(6))).cast('B').cast('h', [2, 3])", "int16"],
  ["memoryview(array.array('f', range(9)))[::-2]", "float32"],
  ["memoryview(array.array('i', range(9)))[3:3]", "int32"],
  ["memoryview(array.array('d', [2.5])).cast('B').cast('d', [])", "float64"],
  ["memoryview(bytes([1, 0, 1])).cast('?')", "bool"],
  // Of 4 bytes, where 64-bit Linux has 8.
  ["array.array('l', [-7, 8])", "int32"],
  ["array.array('L', [7])", "uint32"],
  ["(ctypes.c_double * 3)(1, 2, 3)", "float64"],
];

test.each(OBJECTS)("fromPython: %s is viewed in place, as Python's own memoryview sees it", (code, dtype) => {
  python("import array, ctypes");
  const object = python(code);
  give("subject", object);
  using view = new MemoryView(fromPython(object));
  const facts = said("v = memoryview(subject)\n[list(v.shape), list(v.strides), v.itemsize, v.readonly]");
  expect([view.shape, view.strides, view.itemsize, view.readonly]).toEqual(facts);
  expect([view.dtype, view.toBytes()]).toEqual([dtype, said("v.tobytes()")]);
  python("v.release()");
});

test("fromPython: what a view writes Python sees, and the other way round", () => {
  const object = python("import array\nshared = array.array('d', [1, 2, 3])\nshared");
  using view = new MemoryView(fromPython(object));
  view.set(9, 1);
  python("shared[2] = 7");
  expect([view.toList(), said("list(shared)")]).toEqual([
    [1, 9, 7],
    [1, 9, 7],
  ]);
});

test("fromPython: records are views by their fields", () => {
  const object = python(
    "import ctypes\nclass P(ctypes.Structure):\n  _fields_ = [('a', ctypes.c_int), ('b', ctypes.c_double)]\n(P * 2)((1, 2.5), (3, 4.5))",
  );
  using view = new MemoryView(fromPython(object));
  expect(view.toList()).toEqual([
    { a: 1, b: 2.5 },
    { a: 3, b: 4.5 },
  ]);
});

test("fromPython: Python resizes nothing that a view has, until it is released", () => {
  const object = python("locked = bytearray(4)\nlocked");
  const view = new MemoryView(fromPython(object));
  const part = view.at("2:");
  view.release();
  expect(() => python("locked.append(1)")).toThrow("BufferError: Existing exports of data");
  part.release();
  python("locked.append(1)");
  expect(said("len(locked)")).toBe(5);
});

test("fromPython: when Python's memory grows a view says so, and the same object is viewed again", async () => {
  const object = python("grown = bytearray(b'spam')\ngrown");
  const exporter = fromPython(object);
  using before = new MemoryView(exporter);
  const held = object.getBuffer();
  using ofHeld = new MemoryView(fromPython(held));
  expect([before.toBytes(), ofHeld.toBytes()]).toEqual(Array(2).fill(new TextEncoder().encode("spam")));

  python("more = bytearray(200_000_000)");
  for (const view of [before, ofHeld]) expect(() => view.get(0)).toThrow(BufferError);
  expect(() => before.toList()).toThrow("was detached after the export");
  expect(() => new MemoryView(fromPython(held))).toThrow("Python's memory has grown since, expected a new getBuffer()");
  using again = new MemoryView(exporter);
  expect(again.toBytes()).toEqual(new TextEncoder().encode("spam"));
  held.release();
  expect(() => new MemoryView(fromPython(held))).toThrow("it was released");
});

test("fromPython: a request that can't be met leaves nothing exported", () => {
  const object = python("refused = memoryview(bytearray(6))[::2]\nrefused");
  expect(() => getBuffer(fromPython(object), BufferFlags.SIMPLE)).toThrow(BufferError);
  python("refused.release()");
  expect(() => fromPython(python("5"))).toThrow("expected a PyProxy of an object with the buffer protocol");
  expect(() => getBuffer(fromPython(python("bytes(3)")), BufferFlags.WRITABLE)).toThrow("it is read-only");
});

test("toPython: Python gets a memoryview of a copy, with format and shape", async () => {
  await using rt = await open({ mode: "inline" });
  const image = rt.from(new Int16Array([1, 2, 3, 4, 5, 6]), { shape: [2, 3] });
  for (const view of [image, image.transpose(), image.at("::-1", "::2"), image.at(0, 0), image.toReadonly()]) {
    give("view", toPython(pyodide, view));
    expect(said("[view.format, list(view.shape), view.tolist()]")).toEqual(["h", [...view.shape], view.toList()]);
    python("view.release()");
  }
  give("empty", toPython(pyodide, image.at("0:0")));
  expect(said("[empty.format, list(empty.shape)]")).toEqual(["h", [0]]);

  // What Python writes comes back by the way it went.
  const object = toPython(pyodide, image);
  give("doubled", object);
  python("for i in range(2):\n  for j in range(3):\n    doubled[i, j] *= 2");
  using result = new MemoryView(fromPython(object));
  image.assign(result);
  expect(image.toList()).toEqual([
    [2, 4, 6],
    [8, 10, 12],
  ]);
});

test("toPython: formats that Python's memoryview casts to no shape are refused", () => {
  const layout = { byteOffset: 0, nbytes: 8, itemsize: 8, ndim: 1, shape: [1], strides: [8], suboffsets: null };
  const swapped = { ...layout, buffer: new ArrayBuffer(8), readonly: false, format: ">d" };
  const view = new MemoryView({ getBuffer: () => swapped });
  expect(() => toPython(pyodide, view)).toThrow(NotImplementedError);
});
