/**
 * The loops of a thread that nobody has provided with any: of the thread that called `open`, or of a test.
 *
 * @module
 */
import { kernelNamed } from "@instride/kernels/registry";
import { type LoopBody, nestedLoops, type ThreadLoops } from "@instride/scheduler";

export const LOOPS: ThreadLoops = nestedLoops((name) => kernelNamed(name).run as LoopBody);
