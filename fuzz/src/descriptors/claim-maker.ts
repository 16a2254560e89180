/**
 * Claims at random: most begin as honest ones that just fill their buffer or miss it by a byte, and some fields of many
 * are then replaced by what a stranger might send.
 *
 * @module
 */
import type { Random } from "@instride/cases";
import { BOASTER, BOASTER_BYTES, bufferOf, NO_BUFFERS } from "./buffers.ts";
import type { Claim, ClaimFields } from "./claim.ts";
import { anyFormat, knownFormat } from "./formats.ts";

const INT_MAX = Number.MAX_SAFE_INTEGER;

/** Numbers at which arithmetic goes wrong. */
const NUMBERS: readonly number[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  0.5,
  -1.5,
  5e-324,
  -1,
  -2,
  2 ** 26,
  2 ** 27,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  -(2 ** 32),
  2 ** 51,
  2 ** 52,
  INT_MAX - 1,
  INT_MAX,
  2 ** 53,
  2 ** 53 + 2,
  1 - 2 ** 53,
  -(2 ** 53),
  2 ** 63,
  2 ** 64,
  1e300,
];

const NO_NUMBERS: readonly unknown[] = [
  undefined,
  null,
  "",
  "3",
  3n,
  true,
  [],
  [3],
  {},
  { valueOf: () => 3 },
  new Number(3),
  Symbol("3"),
  () => 3,
];

const NO_ARRAYS: readonly unknown[] = [
  ...NO_NUMBERS.filter((value) => !Array.isArray(value)),
  6,
  "23",
  { 0: 2, 1: 3, length: 2 },
  new Int32Array([2, 3]),
  new Set([2, 3]),
];

const LEASES: readonly unknown[] = [
  undefined,
  null,
  {},
  [],
  1,
  "lease",
  () => ({}),
  { slot: 0, generation: 0 },
  { slot: 16_383, generation: INT_MAX },
  { slot: 16_384, generation: 1 },
  { slot: -1, generation: 1 },
  { slot: -0, generation: -0 },
  { slot: 0.5, generation: 1 },
  { slot: 1, generation: Number.NaN },
  { slot: 1, generation: 2 ** 53 },
  { slot: "1", generation: 1 },
  { slot: 1n, generation: 1 },
  Object.assign([], { slot: 1, generation: 2 }),
];

/** Makes a claim. */
export function makeClaim(random: Random): Claim {
  const claim = random.oneIn(8) ? looseClaim(random) : tightClaim(random);
  if (random.oneIn(2)) return claim;
  const changes = 1 + (random.oneIn(3) ? random.below(3) : 0);
  for (let i = 0; i < changes; i++) random.pick(CHANGES)(random, claim);
  return claim;
}

/** An array that just fills its buffer, or passes its begin or end by a byte. */
function tightClaim(random: Random): Claim {
  const format = knownFormat(random);
  const { shape, strides } = randomAxes(random);
  const [before, after] = [random.pick(MARGINS), random.pick(MARGINS)];
  let [below, above] = [0, Number(format.size)];
  for (const [axis, length] of shape.entries()) {
    const reach = (length - 1) * strides[axis]!;
    if (reach < 0) below -= reach;
    else above += reach;
  }
  const byteLength = Math.max(0, below + before + above + after);
  return claimOf(random, { format, shape, strides, byteLength, byteOffset: below + before });
}

const MARGINS: readonly number[] = [0, 0, 0, 0, 0, 0, 1, -1, 8, 3];

/** An array that has nothing to do with its buffer. */
function looseClaim(random: Random): Claim {
  const byteLength = random.pick([0, 1, 16, 100, 200, 400]);
  return claimOf(random, {
    format: anyFormat(random),
    ...randomAxes(random),
    byteLength,
    byteOffset: random.below(120),
  });
}

function randomAxes(random: Random): { readonly shape: number[]; readonly strides: number[] } {
  const ndim = random.oneIn(30) ? random.between(6, 10) : random.below(6);
  const [shape, strides]: [number[], number[]] = [[], []];
  for (let axis = 0; axis < ndim; axis++) {
    shape.push(random.oneIn(30) ? 0 : random.between(1, 5));
    strides.push(random.oneIn(10) ? 0 : random.between(-20, 20));
  }
  return { shape, strides };
}

interface ClaimParts {
  readonly format: ReturnType<typeof anyFormat>;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly byteLength: number;
  readonly byteOffset: number;
}

function claimOf(random: Random, { format, shape, strides, byteLength, byteOffset }: ClaimParts): Claim {
  const buffer = bufferOf(random, byteLength);
  const fields: ClaimFields = {
    buffer,
    byteOffset,
    format: format.text,
    itemsize: Number(format.size ?? 4),
    shape,
    strides,
    suboffsets: null,
    readonly: random.oneIn(2),
    lease: null,
  };
  const known = { byteLength: buffer.byteLength, formatSize: format.size, throws: false };
  return { fields, ...known, shown: fields, disguise: "none" };
}

type Change = (random: Random, claim: Claim) => void;

const changeOffset: Change = (random, { fields }) => {
  fields.byteOffset = hostile(random, fields.byteOffset);
};

const changeItemsize: Change = (random, { fields }) => {
  fields.itemsize = random.oneIn(2) ? random.pick([0, 1, 2, 4, 7, 8, 16]) : hostile(random, fields.itemsize);
};

const changeFormat: Change = (random, claim) => {
  const { text, size } = anyFormat(random);
  claim.fields.format = text;
  claim.formatSize = size;
  // Else every other format is refused for its size.
  if (!random.oneIn(4) && size !== null) claim.fields.itemsize = Number(size);
};

const changeLength: Change = (random, { fields }) => {
  fields.shape = withHostile(random, fields.shape, random.oneIn(3) ? 0 : undefined);
};

const changeStride: Change = (random, { fields }) => {
  fields.strides = withHostile(random, fields.strides);
};

/** Lengths whose product is at the border of 2^53, with strides of 0. */
const overflow: Change = (random, { fields }) => {
  const shape = Array.from({ length: random.between(2, 5) }, () =>
    random.pick([2 ** 10, 2 ** 13, 2 ** 20, 2 ** 27, 3]),
  );
  if (random.oneIn(3)) shape.push(random.oneIn(2) ? 0 : 1);
  fields.shape = shape;
  fields.strides = shape.map(() => (random.oneIn(8) ? random.pick(NUMBERS) : 0));
};

const manyAxes: Change = (random, { fields }) => {
  const ndim = random.oneIn(8) ? random.pick([1000, 2 ** 32 - 1]) : random.between(60, 68);
  fields.shape = axesOf(ndim, 1);
  fields.strides = axesOf(random.oneIn(4) ? ndim + random.between(-1, 1) : ndim, random.pick([0, 8, INT_MAX]));
};

/** Too long to be filled, an array is left empty. */
function axesOf(ndim: number, value: number): number[] {
  const axes: number[] = [];
  if (ndim <= 1000) return Array<number>(ndim).fill(value);
  axes.length = Math.min(ndim, 2 ** 32 - 1);
  return axes;
}

const changeRank: Change = (random, { fields }) => {
  const field = random.oneIn(2) ? "shape" : "strides";
  const list = fields[field];
  if (!Array.isArray(list) || list.length > 1000) return;
  fields[field] = random.oneIn(2) ? list.slice(1) : [...(list as unknown[]), random.below(3)];
};

const changeArray: Change = (random, { fields }) => {
  fields[random.pick(["shape", "strides"] as const)] = random.pick(NO_ARRAYS);
};

const changeSuboffsets: Change = (random, { fields }) => {
  if (random.oneIn(4)) {
    fields.suboffsets = random.pick<unknown>([...NO_ARRAYS, null, undefined, [], [0, -1]]);
    return;
  }
  const ndim = Array.isArray(fields.shape) && fields.shape.length < 1000 ? fields.shape.length : 2;
  const suboffsets = Array.from({ length: ndim }, () => random.pick([-1, -1, 0, 4, -5]));
  fields.suboffsets = random.oneIn(6) ? withHostile(random, suboffsets) : suboffsets;
};

/** Swaps the buffer for another one. */
const changeBuffer: Change = (random, claim) => {
  const choice = random.below(4);
  const { fields } = claim;
  if (choice === 0) {
    fields.buffer = random.pick(NO_BUFFERS);
    claim.byteLength = null;
  } else if (choice === 1) {
    fields.buffer = BOASTER;
    claim.byteLength = BOASTER_BYTES;
  } else {
    const byteLength = Math.max(0, (claim.byteLength ?? 64) + random.pick([-64, -8, -1, 1, 8, 64]));
    const buffer = bufferOf(random, byteLength);
    fields.buffer = buffer;
    claim.byteLength = buffer.byteLength;
  }
};

const changeReadonly: Change = (random, { fields }) => {
  fields.readonly = random.pick<unknown>([true, false, undefined, null, 0, 1, "false", {}]);
};

const changeLease: Change = (random, { fields }) => {
  fields.lease = random.pick(LEASES);
};

const dropField: Change = (random, claim) => {
  const field = random.pick(Object.keys(claim.fields) as (keyof ClaimFields)[]);
  claim.fields[field] = undefined;
  if (field === "buffer") claim.byteLength = null;
  if (field === "format") claim.formatSize = null;
};

const CHANGES: readonly Change[] = [
  changeOffset,
  changeItemsize,
  changeFormat,
  changeLength,
  changeLength,
  changeStride,
  changeStride,
  overflow,
  manyAxes,
  changeRank,
  changeArray,
  changeSuboffsets,
  changeSuboffsets,
  changeBuffer,
  changeReadonly,
  changeLease,
  changeLease,
  dropField,
];

/** A number near what was there, at the border of arithmetic, or none. */
function hostile(random: Random, value: unknown): unknown {
  const choice = random.below(8);
  if (choice === 0) return random.pick(NO_NUMBERS);
  if (choice > 3 || typeof value !== "number") return random.pick(NUMBERS);
  return value + random.pick([-1, 1, -8, 8, 0.5]);
}

function withHostile(random: Random, list: unknown, value?: number): unknown {
  if (!Array.isArray(list) || list.length === 0 || list.length > 1000) return list;
  const at = random.below(list.length);
  const items = list as readonly unknown[];
  return items.with(at, value ?? hostile(random, items[at]));
}
