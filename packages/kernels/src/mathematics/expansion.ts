/**
 * What an expansion of a function of real numbers is, and the small forms that many of them share.
 *
 * @module
 */
import type { GraphBuilder } from "../graph/builder.ts";
import type { Node } from "../graph/graph.ts";
import type { FloatLane } from "../graph/operations.ts";

/** Builds the nodes of a function: takes and gives floats of one type. */
export type RealExpansion = (b: GraphBuilder, type: FloatLane, ...args: Node[]) => Node;

/**
 * A polynomial by Horner's rule: the fewest operations, each of which waits for the one before. Coefficients from the
 * lowest on.
 */
export function horner(b: GraphBuilder, x: Node, coefficients: readonly number[]): Node {
  const { type } = x;
  const [highest, ...others] = coefficients.toReversed();
  return others.reduce<Node>(
    (sum, coefficient) => b.add(b.mul(sum, x), b.constant(type, coefficient)),
    b.constant(type, highest!),
  );
}

/**
 * A polynomial by Estrin's scheme: pairs, pairs of pairs and so on, so that a processor has several operations to work on
 * at once. Measured to be faster than Horner's rule from degree 8 on. Coefficients from the lowest on.
 */
export function estrin(b: GraphBuilder, x: Node, coefficients: readonly number[]): Node {
  let terms = coefficients.map((coefficient) => b.constant(x.type, coefficient));
  for (let power = x; terms.length > 1; power = b.mul(power, power)) {
    const pairs: Node[] = [];
    for (let i = 0; i < terms.length; i += 2) {
      const [low, high] = [terms[i]!, terms[i + 1]];
      pairs.push(high === undefined ? low : b.add(low, b.mul(high, power)));
    }
    terms = pairs;
  }
  return terms[0]!;
}
