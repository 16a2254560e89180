import { expect, test } from "vitest";
import { PythonFloat } from "../src/cases.ts";
import { parseSubscript } from "../src/python-index.ts";

test("parseSubscript: reads what repr writes", () => {
  for (const [text, keys] of [
    ["()", []],
    ["0", [0]],
    ["(0,)", [0]],
    ["(0, -1, True)", [0, -1, true]],
    ["None", [null]],
    ["Ellipsis", ["..."]],
    ["'x'", ["x"]],
    ["1.0", [new PythonFloat(1)]],
    ["slice(None, None, None)", [{ start: null, stop: null, step: null }]],
    ["(slice(0, 1, None), 0)", [{ start: 0, stop: 1, step: null }, 0]],
    ["(0, 0, 'a')", [0, 0, "a"]],
  ] as const) {
    expect(parseSubscript(text)).toEqual(keys);
  }
});
