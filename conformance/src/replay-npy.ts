/**
 * The replays of `npy.jsonl`: files as NumPy writes them, read and written again, and files that are none.
 *
 * @module
 */
import { NATIVE_BYTE_ORDER } from "../../packages/core/src/formats/format-tree.ts";
import { parseFormat } from "../../packages/core/src/formats/format.ts";
import { parseNpyHeader } from "../../packages/core/src/npy/npy-header.ts";
import { readNpy, writeNpy } from "../../packages/core/src/npy/npy.ts";
import { type Case, expectOutcome, expectSame, fromHex, type Replays, toHex } from "./cases.ts";
import { expectDType } from "./numpy-dtypes.ts";
import { place, type World } from "./world.ts";

export const replays: Replays = {
  npy: replayFile,
  "npy-bad": replayBadFile,
};

interface NpyCase extends Case {
  /** As the header has it: a `dtype.str`, or Python's list of fields. */
  readonly descr: string;
  readonly shape: readonly number[];
  readonly fortran: boolean;
  /** The file. */
  readonly hex: string;
  /** The elements in C order. */
  readonly data_c: string;
}

function replayFile(c: Case, world: World): void {
  const { descr, shape, fortran, hex, data_c: data } = c as NpyCase;
  const file = place(fromHex(hex), world);
  const header = parseNpyHeader(file);
  expectSame("fortran_order", header.fortranOrder, fortran);
  expectSame("nbytes", header.nbytes, data.length / 2);
  expectDType("dtype", parseFormat(header.format).type, descr);

  using inPlace = readNpy(file);
  expectSame("the array's buffer is the file's", inPlace.obj === file, true);
  using copied = readNpy(file, { allocate: (nbytes) => world.allocate(nbytes) });
  for (const array of [inPlace, copied]) {
    expectSame("shape", array.shape, shape);
    expectSame("format", array.format, header.format);
    expectSame("elements", toHex(array.toBytes("C")), data);
    expectSame("file written again", toHex(writeNpy(array)), hex);
  }

  using swapped = readNpy(file, { allocate: (nbytes) => world.allocate(nbytes), byteOrder: "native" });
  expectSame("elements in this machine's byte order", swapped.toList(), copied.toList());
  expectSame("has a dtype", swapped.dtype !== null, descrHasDType(descr));
  expectSame("the format is native", swapped.format.includes(NATIVE_BYTE_ORDER === "little" ? ">" : "<"), false);
}

function descrHasDType(descr: string): boolean {
  return /^[|<>][biufc]\d+$/.test(descr);
}

interface BadFileCase extends Case {
  readonly hex: string;
  readonly result: unknown;
}

function replayBadFile(c: Case, world: World): void {
  const { hex, result } = c as BadFileCase;
  const file = place(fromHex(hex), world);
  const allocate = (): never => {
    throw new Error("memory was taken for a file that can't be read");
  };
  expectOutcome("a bad file", () => readNpy(file, { allocate }), result);
  expectOutcome("a bad file in place", () => readNpy(file), result);
}
