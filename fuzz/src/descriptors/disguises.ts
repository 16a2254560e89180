/**
 * Objects that show a claim and behave oddly: getters, proxies, arrays that lie, fields that change, throw, or take the
 * buffer away while they are read.
 *
 * A claim's own fields stay plain; a disguise says in them what a reader that reads each field once will have seen.
 *
 * @module
 */
import type { Random } from "@instride/cases";
import type { Claim, ClaimFields } from "./claim.ts";

type Disguise = (random: Random, claim: Claim) => unknown;

const FIELDS = [
  "buffer",
  "byteOffset",
  "format",
  "itemsize",
  "shape",
  "strides",
  "suboffsets",
  "readonly",
  "lease",
] as const satisfies readonly (keyof ClaimFields)[];

const ARRAYS = ["shape", "strides", "suboffsets"] as const;

/** Dresses some claims, and leaves the others as they are. */
export function disguise(random: Random, claim: Claim): void {
  if (!random.oneIn(8)) return;
  const [name, dress] = random.pick(DISGUISES);
  claim.disguise = name;
  claim.shown = dress(random, claim);
}

const transparentProxy: Disguise = (_, { fields }) => new Proxy(fields, {});

const inherited: Disguise = (_, { fields }) => Object.create(fields);

const frozen: Disguise = (_, { fields }) => Object.freeze({ ...fields });

const withoutPrototype: Disguise = (_, { fields }) => Object.assign(Object.create(null) as object, fields);

const getters: Disguise = (_, { fields }) => {
  const shown = {};
  for (const field of FIELDS) Object.defineProperty(shown, field, { get: () => fields[field] });
  return shown;
};

/** Each field is what it says the first time, and garbage the second. */
const shifty: Disguise = (_, { fields }) => {
  const seen = new Set<PropertyKey>();
  return new Proxy(fields, {
    get: (target, key): unknown => (seen.size < seen.add(key).size ? Reflect.get(target, key) : GARBAGE),
  });
};

const GARBAGE: readonly unknown[] = [2 ** 40, 2 ** 40];

const throwing: Disguise = (random, claim) => {
  claim.throws = true;
  return Object.defineProperty({ ...claim.fields }, random.pick(FIELDS), {
    get: () => {
      throw new Error("read me not");
    },
  });
};

const proxiedArrays: Disguise = (_, { fields }) => {
  const shown = { ...fields };
  for (const field of ARRAYS) {
    if (Array.isArray(fields[field])) shown[field] = new Proxy(fields[field] as object, {});
  }
  return shown;
};

const shiftyArray: Disguise = (random, { fields }) => {
  const field = random.pick(ARRAYS);
  const list = fields[field];
  if (!Array.isArray(list)) return fields;
  const seen = new Set<PropertyKey>();
  const shown = new Proxy(list, {
    get: (target, key): unknown => (seen.size < seen.add(key).size ? Reflect.get(target, key) : 2 ** 40),
  });
  return { ...fields, [field]: shown };
};

const subclassedArrays: Disguise = (_, { fields }) => {
  const shown = { ...fields };
  for (const field of ["shape", "strides"] as const) {
    const list = fields[field];
    if (Array.isArray(list) && list.length <= 1000) shown[field] = Object.assign(new OddArray(), list);
  }
  return shown;
};

class OddArray extends Array<unknown> {
  override *[Symbol.iterator](): ArrayIterator<unknown> {
    yield 2 ** 40;
  }
}

/** An array of another length than it says: it counts as long as it says, where that is a length. */
const lyingLength: Disguise = (random, { fields }) => {
  const field = random.pick(ARRAYS);
  const list = fields[field];
  if (!Array.isArray(list) || list.length > 1000) return fields;
  const length = random.pick<unknown>([list.length - 1, list.length + 1, 0, 65, Number.NaN, "2", -1, 1.5, 2 ** 53]);
  const isLength = typeof length === "number" && Number.isInteger(length) && length >= 0;
  const shown = { ...fields, [field]: new Proxy(list, { get: (target, key) => lengthOr(target, key, length) }) };
  fields[field] = isLength ? Array.from({ length: Math.min(length, 100) }, (_, i): unknown => list[i]) : NO_ARRAY;
  return shown;
};

const NO_ARRAY = "an array of no length";

function lengthOr(target: readonly unknown[], key: PropertyKey, length: unknown): unknown {
  return key === "length" ? length : Reflect.get(target, key);
}

const revokedArray: Disguise = (random, claim) => {
  const { proxy, revoke } = Proxy.revocable<unknown[]>([], {});
  revoke();
  claim.throws = true;
  return { ...claim.fields, [random.pick(["shape", "strides"])]: proxy };
};

/** Reading a field detaches the buffer, shrinks it or lets it grow. */
const takingAway: Disguise = (random, claim) => {
  if (claim.byteLength === null || claim.byteLength === 0) return claim.fields;
  const length = claim.byteLength;
  const [buffer, act, left] = random.pick(THIEVES)(length, random);
  const trigger = random.pick(FIELDS);
  const fields = { ...claim.fields, buffer };
  claim.fields = fields;
  claim.byteLength = left;
  return new Proxy(fields, {
    get(target, key): unknown {
      if (key === trigger) act();
      return Reflect.get(target, key);
    },
  });
};

/** Makes a buffer of a length; what happens to it; and the length that is left. */
type Thief = (length: number, random: Random) => readonly [buffer: ArrayBufferLike, act: () => void, left: number];

const detaching: Thief = (length) => {
  const buffer = new ArrayBuffer(length);
  return [buffer, () => buffer.detached || buffer.transfer(), 0];
};

const shrinking: Thief = (length, random) => {
  const buffer = new ArrayBuffer(length, { maxByteLength: length });
  const left = random.below(length + 1);
  return [buffer, () => buffer.resize(left), left];
};

const growing: Thief = (length, random) => {
  const more = length + random.below(64);
  const buffer = new SharedArrayBuffer(length, { maxByteLength: more });
  return [buffer, () => buffer.grow(more), more];
};

const THIEVES: readonly Thief[] = [detaching, shrinking, growing];

const DISGUISES: readonly (readonly [name: string, dress: Disguise])[] = Object.entries({
  transparentProxy,
  inherited,
  frozen,
  withoutPrototype,
  getters,
  shifty,
  throwing,
  proxiedArrays,
  shiftyArray,
  subclassedArrays,
  lyingLength,
  revokedArray,
  takingAway,
});
