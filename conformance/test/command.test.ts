import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VECTORS } from "../src/cases.ts";
import { conformance } from "../src/command.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vectors-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a file of the folder: lines of a file of the project's vectors that pass `choose`, changed by it. */
function write(file: string, choose: (line: string) => string | null): void {
  const lines = readFileSync(new URL(`${file}.jsonl`, VECTORS), "utf8").split("\n");
  writeFileSync(join(folder, `${file}.jsonl`), lines.flatMap((line) => choose(line) ?? []).join("\n"));
}

function ofKind(kind: string): (line: string) => string | null {
  return (line) => (line.includes(`"kind":"${kind}"`) ? line : null);
}

async function run(
  ...args: readonly string[]
): Promise<{ readonly status: number; readonly lines: readonly string[] }> {
  const texts: string[] = [];
  const print = (text: string): void => void texts.push(text);
  const status = await conformance(args, dirname(folder), { print, complain: print });
  return { status, lines: texts.join("\n").split("\n") };
}

test("conformance: of the project's own vectors, all pass", { timeout: 60_000 }, async () => {
  const { status, lines } = await run("--mode", "inline");
  expect(lines.at(-1)).toBe("12059 passed, 0 failed");
  expect(status).toBe(0);
});

test("conformance: as a program, takes its folder from where the user stands, and tells by its exit code", () => {
  write("layout", ofKind("hex"));
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const env = { ...process.env, INIT_CWD: dirname(folder) };
  const codes = [basename(folder), "absent"].map((name) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-C", "@instride/source", main, "--dir", name], {
      encoding: "utf8",
      env,
    });
    return [status, (stdout === "" ? stderr : stdout).trimEnd().split("\n").at(-1)];
  });
  expect(codes).toEqual([
    [0, "50 passed, 0 failed"],
    [2, "  --help       shows this"],
  ]);
});

test("conformance: replays the folder that is named, from where the user stands", async () => {
  write("layout", ofKind("hex"));
  for (const options of [["--dir", basename(folder)], [`--dir=${folder}`], ["--shared", "--dir", folder]]) {
    const { status, lines } = await run(...options);
    expect(lines.at(-1)).toBe("50 passed, 0 failed");
    expect(status).toBe(0);
  }
});

test("conformance: a case that doesn't hold is named with what was expected and what came, over any memory", async () => {
  write("layout", (line) => ofKind("hex")(line)?.replace('"result":"0b:30:55', '"result":"0b:30:56') ?? null);
  write("lifecycle", (line) => {
    const own = line.startsWith('{"id":"lifecycle-1"') ? line : null;
    return own?.replace(/(\["append","b"\],)\{[^}]*\}/, '$1"ok"') ?? null;
  });
  for (const options of [[], ["--shared"], ["--threads"]]) {
    const { status, lines } = await run("--dir", folder, ...options);
    expect(lines.filter((line) => line.startsWith("FAILED"))).toEqual([
      'FAILED layout-932: hex: expected "0b:30:56:7a:9f:c4:e9", got "0b:30:55:7a:9f:c4:e9"',
      'FAILED lifecycle-1: step 6 (append b): expected "ok", got BufferError',
    ]);
    expect(lines.at(-1)).toBe("49 passed, 2 failed");
    expect(status).toBe(1);
  }
});

test("conformance: a case of NumPy's that doesn't hold is named with the mode, in each or one, whoever computes", async () => {
  write("numpy_reduce", (line) =>
    line.startsWith('{"id":"numpy_reduce-2"') ? line.replace('"hex":"0a00', '"hex":"0b00') : null,
  );
  for (const [options, mode] of [
    [[], "threads-2"],
    [["--mode", "worker"], "worker"],
    [["--threads", "--mode", "threads-3"], "threads-3"],
    [["--shared", "--mode", "interpreted"], "interpreted"],
  ] as const) {
    const { status, lines } = await run("--dir", folder, ...options);
    expect(lines.filter((line) => line.startsWith("FAILED"))).toEqual([
      `FAILED numpy_reduce-2: cumsum: expected 0a00000000000000, got 0b00000000000000, in mode ${mode}`,
    ]);
    expect([lines.at(-1), status]).toEqual(["0 passed, 1 failed", 1]);
  }
});

test("conformance: files, kinds and lines that nothing is known of fail", async () => {
  write("layout", (line) => ofKind("contig-edge")(line)?.replace('"contig-edge"', '"contig-corner"') ?? null);
  write("numpy_reduce", (line) =>
    line.startsWith('{"id":"numpy_reduce-1"') ? line.replace('"reduce"', '"fold"') : null,
  );
  writeFileSync(join(folder, "strange.jsonl"), '{"id":"strange-1","kind":"a"}\n');
  writeFileSync(join(folder, "slice.jsonl"), '{"id":"slice-1","kind":\n');
  writeFileSync(join(folder, "cast.jsonl"), '{"meta":{}}\n');
  writeFileSync(join(folder, "equality.jsonl"), '{"meta":{}}\n{"kind":"nan"}\n');
  const { status, lines } = await run("--dir", folder);
  const failures = lines.filter((line) => line.startsWith("FAILED"));
  expect(failures).toHaveLength(17);
  expect(failures).toContain("FAILED numpy_reduce-1: no replay is known for kind fold of file numpy_reduce");
  expect(failures).toContain("FAILED layout-901: no replay is known for kind contig-corner of file layout");
  expect(failures).toContain("FAILED strange.jsonl: no replay is known for this file");
  expect(failures).toContain("FAILED cast.jsonl: it has no cases");
  expect(failures).toContain("FAILED equality.jsonl: line 2 is no case: expected an object with id and kind");
  expect(lines.at(-1)).toBe("0 passed, 17 failed");
  expect(status).toBe(1);
});

test("conformance: a folder without vectors, and options that mean nothing, exit with 2", async () => {
  mkdirSync(join(folder, "empty"));
  writeFileSync(join(folder, "file"), "");
  for (const [options, message] of [
    [["--dir", join(folder, "absent")], "no such file or directory"],
    [["--dir", join(folder, "empty")], "it has no .jsonl files"],
    [["--dir", join(folder, "file")], "not a directory"],
    [["--dir"], "conformance: "],
    [["--seed", "1"], "--seed"],
    [["vectors"], "vectors"],
    [["--shared", "--threads"], "expected one of them"],
    [["--mode", "threads"], "expected one of threads-2"],
  ] as const) {
    const { status, lines } = await run(...options);
    expect(lines[0]).toContain(message);
    expect(status).toBe(2);
  }
});

test("conformance: --help tells the options", async () => {
  const { status, lines } = await run("--help");
  expect(lines[0]).toBe("pnpm conformance [--dir DIR] [--shared | --threads] [--mode MODE]");
  expect(status).toBe(0);
});
