/**
 * Sample functions: values, variables, branches.
 *
 * @module
 */
// oxlint-disable eslint/no-var, eslint/block-scoped-var, typescript/no-useless-default-assignment -- what users and compilers write
import type { Sample } from "./sample.ts";

export const VALUES: Readonly<Record<string, Sample>> = {
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

export const BRANCHES: Readonly<Record<string, Sample>> = {
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
        var y = x * 2;
      } else {
        var y = -x;
      }
      return y;
    },
  },
};
