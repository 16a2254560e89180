import { expect, test } from "vitest";
import { dtypeOfFormat } from "../src/formats/dtype.ts";
import * as core from "../src/index.ts";
import { flagRows } from "./protocol/flag-table.ts";
import { codeIn, pageText, tableIn } from "./markdown-table.ts";
import { Memory } from "./memory/wasm-memory.ts";

const page = pageText("buffer-protocol.md");

test("docs/buffer-protocol.md: the table of requests says what exporters answer", () => {
  expect(tableIn(page, "request")).toEqual(flagRows());
});

test("docs/buffer-protocol.md: the table of fields has those of a buffer, and no others", () => {
  using buffer = core.getBuffer(new Uint8Array(1), core.BufferFlags.FULL_RO);
  const named = tableIn(page, "CPython `Py_buffer`").flatMap(([, here]) => codeIn(here!));
  const fields = named.filter((name) => /^\w+$/.test(name) && name !== "using");
  expect(fields.toSorted()).toEqual([...Object.keys(buffer), "obj"].toSorted());
});

test("docs/buffer-protocol.md: the table of errors has every class, with its code, its Python name and its base", () => {
  const rows = new Set<string>();
  for (const value of Object.values(core) as unknown[]) {
    if (typeof value !== "function" || !((value.prototype as unknown) instanceof Error)) continue;
    const { name, code, pyName } = new (value as new (message: string) => core.BufferError)("");
    rows.add([name, code, pyName, (Object.getPrototypeOf(value) as { readonly name: string }).name].join(" "));
  }
  const table = tableIn(page, "here").map((cells) => cells.slice(0, 4).flatMap(codeIn).join(" "));
  expect(new Set(table)).toEqual(rows);
});

test("docs/buffer-protocol.md: the helpers that it names are exported", () => {
  const names = tableIn(page, "CPython").flatMap(([, here]) => codeIn(here!));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !Object.hasOwn(core, name))).toEqual([]);
});

test("docs/buffer-protocol.md: the methods and properties of views that it names exist", () => {
  const view = new core.MemoryView(new Uint8Array(1));
  const names = tableIn(page, "Python").flatMap(([python, here]) => {
    const code = codeIn(here === "the same names" ? python! : here!);
    return code.filter((text) => /^\w+(\(|$|\.)/.test(text)).map((text) => /^\w+/.exec(text)![0]);
  });
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !(name in view) && name !== "new" && name !== "using" && name !== "for")).toEqual([]);
});

test("docs/buffer-protocol.md: what it says of a format's values and dtype is so", () => {
  for (const [codes, value, dtypes] of tableIn(page, "code")) {
    const formats = codeIn(codes!).map((code) => core.parseFormat(code));
    expect([codes, ...new Set(formats.map(valueName))]).toEqual([codes, ...value!.match(/^`.*?`|^\w+/g)!]);
    const found = new Set(formats.map(({ text }) => dtypeOfFormat(text)).filter((dtype) => dtype !== null));
    expect([codes, ...found]).toEqual([codes, ...codeIn(dtypes!)]);
  }
});

/** What an element of a format is called on the page. */
function valueName(format: core.Format): string {
  if (!format.hasValues) return "none";
  const value = core.codecFor(format).read(new DataView(new ArrayBuffer(64)), 0);
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return "array";
  if (value instanceof Uint8Array) return "`Uint8Array`";
  return Object.getPrototypeOf(value) === null ? "object" : `\`{ ${Object.keys(value).join(", ")} }\``;
}

test("docs/buffer-protocol.md: the built-in exporters export what it says", () => {
  const exporters: Readonly<Record<string, object>> = {
    ArrayBuffer: new ArrayBuffer(8),
    SharedArrayBuffer: new SharedArrayBuffer(8),
    Buffer: Buffer.alloc(8),
    DataView: new DataView(new ArrayBuffer(8)),
    "WebAssembly.Memory": new Memory({ initial: 1, maximum: 1, shared: true }),
    MemoryView: new core.MemoryView(new Float64Array(1)),
    getBuffer: { getBuffer: (flags: number) => core.fillInfo({ buffer: new ArrayBuffer(8) }, flags, "bytes") },
  };
  const rows = tableIn(page, "exporter");
  expect(rows.flatMap(([names]) => codeIn(names!)).toSorted()).toEqual(Object.keys(exporters).toSorted());
  for (const [names, , format] of rows) {
    for (const name of codeIn(names!)) {
      using buffer = core.getBuffer(exporters[name], core.BufferFlags.FULL_RO);
      if (format!.startsWith("`")) expect([name, buffer.format]).toEqual([name, ...codeIn(format!)]);
    }
  }
});

test("tableIn: finds the rows of one table, and no other's", () => {
  const text = "| a | b |\n| - | - |\n| 1 | `2` |\n\n| c |\n| - |\n| 3 |";
  expect([tableIn(text, "a"), tableIn(text, "c")]).toEqual([[["1", "`2`"]], [["3"]]]);
  expect(() => tableIn(text, "b")).toThrow('there is no table whose head begins with "b"');
});
