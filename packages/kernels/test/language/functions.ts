/**
 * Functions to compile: what users write, with the numbers that they are called with.
 *
 * Compilers and minifiers get the text of this file (`compilers.ts`), so it imports nothing.
 *
 * @module
 */

/** The numbers that a function is given. */
export type Domain =
  /** Any, NaN, infinities and both zeros among them. */
  | "any"
  /** Integers from 1 to 999. */
  | "counts"
  /** From -3 to 3. */
  | "small"
  | "bools";

export interface Sample {
  // oxlint-disable-next-line typescript/no-explicit-any -- functions of every signature
  readonly run: (...args: any[]) => unknown;
  readonly domain: Domain;
  /** How many operands. */
  readonly operands: number;
  /** What the last parameter is given, functions among it. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** Whether results may differ by rounding: the engine's own function takes several numbers at once. */
  readonly isRounded?: boolean;
}

type Numbers = Readonly<Record<string, number>>;

const ARITHMETIC: Readonly<Record<string, Sample>> = {
  polynomial: { domain: "any", operands: 2, run: (x: number, y: number) => 3 * x * x - 2 * x * y + y / 7 - 1e-3 },
  remainders: { domain: "any", operands: 2, run: (x: number, y: number) => [x % y, -x % 3, 7 % y, (x % 1) % y] },
  powers: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [x ** 2, x ** y, 2 ** y, 2 ** 10, Math.pow(x, 0.5)],
  },
  powerAssigned: {
    domain: "small",
    operands: 2,
    run: (x: number, y: number) => {
      let total = x;
      total **= 2;
      total += y ** 3;
      return total;
    },
  },
  bits: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [x & y, x | y, x ^ y, ~x, x << y, x >> y, x >>> y, x | 0, ~~y, (x & 255) << 8],
  },
  signs: { domain: "any", operands: 1, run: (x: number) => [-x, +x, -(-x), 0 - x, -0, x - 0, x * -1] },
  comparisons: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [x < y, x <= y, x > y, x >= y, x === y, x !== y, x == y, x != y, !(x < y), x !== x],
  },
  constants: {
    domain: "any",
    operands: 1,
    run: (x: number) => [
      x * Math.PI,
      x + Math.E,
      x * Number.EPSILON,
      x > Number.MAX_SAFE_INTEGER,
      x === Infinity,
      x === -1 / 0,
      Number.NaN,
      Math.SQRT2 * x,
    ],
  },
  boolsCount: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) =>
      (x > 0 ? 1 : 0) + Number(y > 0) * 2 + +(x > y) * 4 + (Number(x < 0) + Number(y < 0)) * 8,
  },
  bitsOfBools: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => Number(x > 0) & Number(y > 0),
  },
};

const MATHEMATICS: Readonly<Record<string, Sample>> = {
  rounding: {
    domain: "any",
    operands: 1,
    run: (x: number) => [
      Math.floor(x),
      Math.ceil(x),
      Math.trunc(x),
      Math.round(x),
      Math.fround(x),
      Math.sign(x),
      Math.abs(x),
    ],
  },
  exponentials: {
    domain: "any",
    operands: 1,
    run: (x: number) => [
      Math.exp(x),
      Math.expm1(x),
      Math.log(x),
      Math.log2(x),
      Math.log10(x),
      Math.log1p(x),
      Math.sqrt(x),
      Math.cbrt(x),
    ],
  },
  trigonometry: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [
      Math.sin(x),
      Math.cos(x),
      Math.tan(x),
      Math.asin(x),
      Math.acos(x),
      Math.atan(x),
      Math.atan2(y, x),
    ],
  },
  hyperbolics: {
    domain: "any",
    operands: 1,
    run: (x: number) => [Math.sinh(x), Math.cosh(x), Math.tanh(x), Math.asinh(x), Math.acosh(x), Math.atanh(x)],
  },
  extremes: {
    domain: "any",
    operands: 3,
    run: (x: number, y: number, z: number) => [
      Math.max(x, y),
      Math.min(x, y, z),
      Math.max(x),
      Math.max(x, 0, y, z, 1),
      Math.max(),
      Math.min(...[x, y]),
    ],
  },
  integers: { domain: "any", operands: 2, run: (x: number, y: number) => [Math.imul(x, y), Math.clz32(x)] },
  hypotenuse: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => [Math.hypot(x, y), Math.hypot(x), Math.hypot()],
  },
  hypotenuses: {
    domain: "small",
    operands: 3,
    isRounded: true,
    run: (x: number, y: number, z: number) => Math.hypot(x, y, z),
  },
  questions: {
    domain: "any",
    operands: 1,
    run: (x: number) => [
      Number.isNaN(x),
      Number.isFinite(x),
      Number.isInteger(x),
      Number.isSafeInteger(x),
      isNaN(x),
      isFinite(x),
      Boolean(x),
    ],
  },
  named: {
    domain: "any",
    operands: 1,
    run: (x: number) => {
      const { sqrt, PI } = Math;
      const sine = Math.sin;
      return sqrt(x) + sine(x * PI);
    },
  },
};

const VALUES: Readonly<Record<string, Sample>> = {
  conditional: { domain: "any", operands: 2, run: (x: number, y: number) => (x > y ? x - y : x < y ? y - x : 0) },
  logical: {
    domain: "any",
    operands: 3,
    run: (x: number, y: number, z: number) => [x && y, x || y, x ?? y, !x, !!x, x && y && z, x || (y && z), x > 0 && y],
  },
  logicalOfBools: {
    domain: "bools",
    operands: 2,
    run: (p: boolean, q: boolean) => [p && q, p || q, !p, p === q, p !== q, p ? 1 : 2],
  },
  arithmeticOfBools: {
    domain: "bools",
    operands: 2,
    run: (p: boolean, q: boolean) => [Number(p) + Number(q), +p, p > q, Math.max(Number(p), Number(q))],
  },
  logicalAssigned: {
    domain: "any",
    operands: 3,
    run: (x: number, y: number, z: number) => {
      let a = x;
      let b = y;
      let c = z;
      a ||= b;
      b &&= c;
      c ??= a;
      return [a, b, c];
    },
  },
  sequence: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      let t = 0;
      // oxlint-disable-next-line eslint/no-sequences -- minifiers write them everywhere
      const s = ((t = x * 2), (t += y), t * t);
      return s - t;
    },
  },
  assignmentInside: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      let a = 0;
      let b = 0;
      const c = (a = x + 1) * (b = a - y) + a++ - --b;
      return [a, b, c];
    },
  },
  conditionalAssignment: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      let a = 1;
      let b = 2;
      if (x > y ? (a = x) > 3 : (b = y) > 3) a += b;
      else b -= a;
      return [a, b, (x > 0 && (a = 7)) || (b = 5), a, b];
    },
  },
  undefinedConstants: {
    domain: "any",
    operands: 1,
    run: (x: number) => {
      let t: number | undefined;
      const isMissing = t === undefined;
      if (x > 0) t = x;
      const value = t ?? -1;
      return [isMissing, value, t === void 0, t != null];
    },
  },
  objects: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => ({ sum: x + y, difference: x - y }),
  },
  destructured: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      const [a, b = 3, c = 4] = [y, x];
      const { p, q: renamed } = { p: a - b, q: c };
      return p * renamed;
    },
  },
  eitherArray: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      if (x > y) return [x, y];
      return [y, x];
    },
  },
  tables: {
    domain: "any",
    operands: 1,
    run: (x: number) => {
      const weights = [1, 4, 6, 4, 1];
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * x ** k;
      for (const weight of weights) sum -= weight;
      return sum + weights.at(-1)!;
    },
  },
};

const BRANCHES: Readonly<Record<string, Sample>> = {
  earlyReturns: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      if (x !== x) return -1;
      if (x > 0) {
        if (y > 0) return 1;
        if (y < 0) return 4;
      } else if (x < 0) {
        return y > 0 ? 2 : 3;
      }
      return 0;
    },
  },
  reassigned: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      let a = x;
      if (a < y) {
        a = y - a;
        if (a > 10) a = 10;
      } else a -= y;
      const b = a * 2;
      if (b > 5) a = b;
      return a + b;
    },
  },
  returnsAndValues: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      let total = 0;
      if (x > 0) {
        total += 1;
        if (y > 0) return total * 100;
        total += 2;
      } else {
        total += 4;
        if (y < 0) return total * 1000;
        total += 8;
      }
      return total;
    },
  },
  hoisted: {
    domain: "any",
    operands: 1,
    run: (x: number) => {
      if (x > 0) {
        // oxlint-disable-next-line eslint/no-var -- older compilers write it
        var y = x * 2;
      } else {
        // oxlint-disable-next-line eslint/no-var, eslint/no-redeclare -- as above
        var y = -x;
      }
      return y;
    },
  },
};

const LOOPS: Readonly<Record<string, Sample>> = {
  mandelbrot: {
    domain: "small",
    operands: 2,
    run: (cr: number, ci: number) => {
      let zr = 0;
      let zi = 0;
      let n = 0;
      for (; n < 60; n++) {
        const a = zr * zr;
        const b = zi * zi;
        if (a + b > 4) break;
        zi = 2 * zr * zi + ci;
        zr = a - b + cr;
      }
      return n;
    },
  },
  mandelbrotWhile: {
    domain: "small",
    operands: 2,
    run: (cr: number, ci: number) => {
      let [zr, zi, n] = [0, 0, 0];
      while (n < 60 && zr * zr + zi * zi <= 4) {
        [zr, zi] = [zr * zr - zi * zi + cr, 2 * zr * zi + ci];
        n++;
      }
      return [n, zr, zi];
    },
  },
  newton: {
    domain: "any",
    operands: 1,
    run: (a: number) => {
      if (!(a > 0) || a === Infinity) return NaN;
      let x = a;
      for (let i = 0; i < 200; i++) {
        const next = (x + a / x) / 2;
        if (Math.abs(next - x) <= 1e-12 * next) return next;
        x = next;
      }
      return x;
    },
  },
  gcd: {
    domain: "counts",
    operands: 2,
    run: (a: number, b: number) => {
      while (b !== 0) {
        const t = b;
        b = a % b;
        a = t;
      }
      return a;
    },
  },
  gcdSwapped: {
    domain: "counts",
    operands: 2,
    run: (a: number, b: number) => {
      for (; b;) [a, b] = [b, a % b];
      return a;
    },
  },
  collatz: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let steps = 0;
      do {
        if (n % 2 === 0) n /= 2;
        else n = 3 * n + 1;
        steps++;
      } while (n !== 1);
      return steps;
    },
  },
  digits: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let sum = 0;
      for (let left = n; left > 0; left = Math.floor(left / 10)) sum += left % 10;
      return sum;
    },
  },
  prime: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      if (n < 2) return false;
      for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
      return true;
    },
  },
  nested: {
    domain: "small",
    operands: 2,
    run: (x: number, y: number) => {
      let sum = 0;
      for (let i = 0; i < 4; i++) {
        if (i * x > 5) continue;
        for (let j = i; j < 5; j++) {
          if (j * y > 6) break;
          if (sum > 40) return -sum;
          sum += x * i + y * j;
        }
        sum += 1;
      }
      return sum;
    },
  },
  breaksAndContinues: {
    domain: "small",
    operands: 2,
    run: (x: number, y: number) => {
      let a = x;
      let b = 0;
      let i = 0;
      while (true) {
        i++;
        if (i > 20) break;
        a += y;
        if (a < 0) {
          b += 1;
          continue;
        }
        if (a > 5) {
          a = -a;
          if (b > 3) break;
        }
        b += a;
        if (b > 30) return [a, b, -i];
      }
      return [a, b, i];
    },
  },
  effectsInTest: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let i = n % 20;
      let sum = 0;
      while (i-- > 0) {
        if (sum > 50) break;
        sum += i;
      }
      return [i, sum];
    },
  },
  bisection: {
    domain: "small",
    operands: 1,
    run: (y: number) => {
      let low = -4;
      let high = 4;
      let middle: number;
      do {
        middle = (low + high) / 2;
        if (middle * middle * middle > y * 8) high = middle;
        else low = middle;
      } while (high - low > 1e-6);
      return middle;
    },
  },
  flags: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let found = false;
      let i = 0;
      while (!found && i < 30) {
        i += 1;
        found = (n + i) % 7 === 0;
      }
      return [i, found, Number(found) + 1];
    },
  },
  boolOrNumber: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      let last: number | boolean = false;
      for (let i = 0; i < n % 5; i++) last = i * 2;
      return Number(last) + 1;
    },
  },
  guarded: {
    domain: "any",
    operands: 1,
    run: (x: number) => {
      if (!(x >= 1) || x > 1e6) return 0;
      let n = Math.floor(x);
      let steps = 0;
      // Endless for what has returned.
      while (n !== 1) {
        n = n % 2 === 0 ? n / 2 : (n - 1) / 2;
        steps++;
      }
      return steps;
    },
  },
  guardedInBranch: {
    domain: "any",
    operands: 1,
    run: (x: number) => {
      const count = (v: number): number => {
        let n = Math.floor(v);
        let steps = 0;
        while (n !== 0) {
          n = Math.floor(n / 2);
          steps++;
        }
        return steps;
      };
      return x > 0 && x < 1e9 ? count(x) : -1;
    },
  },
};

const HELPERS: Readonly<Record<string, Sample>> = {
  helpers: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      const clamp = (v: number, low = 0, high = 1): number => (v < low ? low : v > high ? high : v);
      function mix(a: number, b: number, t: number): number {
        return a + (b - a) * clamp(t);
      }
      return mix(x, y, 0.25) + clamp(x, -2, 2);
    },
  },
  closures: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      let total = 0;
      const add = (v: number): void => {
        if (v < 0) return;
        total += v;
      };
      add(x);
      add(y);
      for (let i = 0; i < 3; i++) add(x * i);
      return total;
    },
  },
  higherOrder: {
    domain: "any",
    operands: 2,
    run: (x: number, y: number) => {
      const twice = (f: (v: number) => number, v: number): number => f(f(v));
      const addTo = (n: number) => (v: number) => v + n;
      return twice(addTo(y), x) + ((v) => v * v)(x);
    },
  },
  loopInHelper: {
    domain: "counts",
    operands: 2,
    run: (a: number, b: number) => {
      const gcd = (p: number, q: number): number => {
        while (q > 0) [p, q] = [q, p % q];
        return p;
      };
      const divisor = gcd(a, b);
      return [a / divisor, b / divisor, gcd(a / divisor, b)];
    },
  },
  loopInTest: {
    domain: "counts",
    operands: 1,
    run: (n: number) => {
      const bits = (v: number): number => {
        let count = 0;
        for (; v !== 0; v >>= 1) count += v & 1;
        return count;
      };
      let i = n;
      while (bits(i) > 2) {
        i -= 1;
        if (i % 11 === 0) break;
      }
      return i;
    },
  },
  callback: {
    domain: "small",
    operands: 1,
    given: { gain: 0.5, shape: (v: number, { limit }: Numbers) => (v > limit! ? limit! : v) },
    run: (x: number, { gain, shape }: { gain: number; shape: (v: number, limits: Numbers) => number }) =>
      shape(x * gain, { limit: 1 }) + shape(-x, { limit: gain }),
  },
  method: {
    domain: "small",
    operands: 1,
    run: {
      f(x: number): number {
        return x * x + 1;
      },
    }.f,
  },
  functionExpression: {
    domain: "small",
    operands: 2,
    run: function scaled(x: number, y: number): number {
      return x * 10 + y;
    },
  },
  parameters: {
    domain: "small",
    operands: 1,
    given: { gain: 2, offset: 0.25, invert: true },
    run: (
      x: number,
      {
        gain: g,
        offset = 1,
        invert,
        scale = 1 / 4,
      }: { gain: number; offset?: number; invert: boolean; scale?: number },
    ) => (invert ? -x * g + offset * scale : x * g),
  },
  kernelByDefault: {
    domain: "small",
    operands: 1,
    run: (x: number, { half = (v: number) => v / 2 }: { half?: (v: number) => number }) => half(x) + 1,
    given: {},
  },
  indices: {
    domain: "small",
    operands: 1,
    given: { index: [3, 5, 7] },
    run: (x: number, { index: [i, j] }: { index: number[] }) => x * i! + j!,
  },
  lastIndex: {
    domain: "small",
    operands: 1,
    given: { index: [3, 5, 7] },
    run: (x: number, { index }: { index: number[] }) => x + index.at(-1)! * 10 + index[0]!,
  },
};

export const SAMPLES: Readonly<Record<string, Sample>> = {
  ...ARITHMETIC,
  ...MATHEMATICS,
  ...VALUES,
  ...BRANCHES,
  ...LOOPS,
  ...HELPERS,
};
