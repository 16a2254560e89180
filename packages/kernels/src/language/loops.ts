/**
 * Loops: those whose rounds can be told apart are read round by round, the others once (`carried-loop.ts`).
 *
 * A loop over a constant number of rounds that reads neighbours or items of arrays by its variable says something else in
 * each round, so it is written out. The items of an array always are.
 *
 * @module
 */
import type { Expression } from "../expression/expression.ts";
import { bind } from "./assignments.ts";
import { declareLexical, declareVariables, inBlock } from "./blocks.ts";
import { carryLoop, type Loop } from "./carried-loop.ts";
import { UNROLLED_ROUNDS_MAX } from "./limits.ts";
import type { Syntax } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { readsByNumber } from "./scope.ts";
import { describeValue } from "./values.ts";

type LoopStatement = Syntax.ForStatement | Syntax.WhileStatement | Syntax.DoWhileStatement | Syntax.ForOfStatement;

export function executeLoop(reader: Reader, node: LoopStatement): void {
  inBlock(reader, () => {
    if (node.type === "ForOfStatement") return executeForOf(reader, node);
    if (node.type === "ForStatement" && node.init != null) {
      declareLexical(reader, node.init);
      if (node.init.type === "VariableDeclaration") declareVariables(reader, node.init);
      else reader.evaluate(node.init);
    }
    const { body, test = null } = node;
    const update = node.type === "ForStatement" ? (node.update ?? null) : null;
    const loop: Loop = { node, test, update, body, testsAfter: node.type === "DoWhileStatement" };
    if (!readsByNumber(node) || !unrolled(reader, loop)) carryLoop(reader, loop);
  });
}

/** Reads each round by itself, as long as it is known whether there is one. @returns false if it isn't */
function unrolled(reader: Reader, { test, update, body, testsAfter }: Loop): boolean {
  const { builder, flow } = reader;
  const { live, values, exits } = flow;
  flow.values = flow.copyOf(values);
  flow.exits = [...exits];
  for (let round = 0; ; round++) {
    const asks = test !== null && (round > 0 || !testsAfter);
    const goesOn = asks && !flow.isDead ? reader.condition(test) : builder.true;
    if (flow.isDead || goesOn === builder.false) break;
    if (goesOn !== builder.true || round === UNROLLED_ROUNDS_MAX) {
      flow.live = live;
      flow.values = values;
      flow.exits = exits;
      return false;
    }
    roundOf(reader, () => reader.execute(body));
    if (update !== null && !flow.isDead) reader.evaluate(update);
  }
  leaveRounds(reader, exits.length, live);
  return true;
}

/** Reads a round that is one of several; what follows is read as if it had not left the loop. */
function roundOf(reader: Reader, read: () => void): void {
  const { builder, flow } = reader;
  const { live } = flow;
  const start = flow.exits.length;
  read();
  const continued = flow.take("continue", start);
  if (continued.length > 0) {
    flow.values = flow.valuesOf(continued, flow.isDead ? null : flow.values);
    flow.live = continued.reduce((alive, exit) => builder.or(alive, exit.live), flow.live);
  }
  if (flow.exits.length === start) flow.live = live;
}

/** Goes on after the last of several rounds. */
function leaveRounds(reader: Reader, start: number, live: Expression): void {
  const { builder, flow } = reader;
  const broken = flow.take("break", start);
  if (broken.length > 0) flow.values = flow.valuesOf(broken, flow.isDead ? null : flow.values);
  const returns = flow.exits.length > start;
  flow.live = returns ? broken.reduce((alive, exit) => builder.or(alive, exit.live), flow.live) : live;
}

/** Over the items of an array, whose number is known. */
function executeForOf(reader: Reader, node: Syntax.ForOfStatement): void {
  const { flow } = reader;
  if (node.await) return reader.refuse(node, "a kernel can't wait", "wait outside, and pass what came");
  const value = reader.evaluate(node.right);
  if (value.kind !== "list")
    return reader.refuse(
      node.right,
      `for-of goes over ${describeValue(value)}, expected an array that is written out`,
      "loop over numbers with for (let i = 0; i < n; i++)",
    );
  const { live } = flow;
  const start = flow.exits.length;
  for (const item of value.items) {
    if (flow.isDead) break;
    roundOf(reader, () => {
      inBlock(reader, () => {
        const { left } = node;
        if (left.type === "VariableDeclaration") {
          declareLexical(reader, left);
          bind(reader, left.declarations[0]!.id, item, "declare");
        } else bind(reader, left, item, "assign");
        reader.execute(node.body);
      });
    });
  }
  leaveRounds(reader, start, live);
}
