/**
 * How much text and work a function may be: whatever it says, reading it ends soon, in little memory.
 *
 * @module
 */

/** Characters of a function's text. A long kernel written by hand has some thousands. */
export const SOURCE_LENGTH_MAX: number = 65_536;

/** How deep syntax nests, through the functions that are inlined. Each level takes some frames of the stack. */
export const NESTING_MAX: number = 250;

/** Pieces of syntax that are looked at, those of inlined functions and of repeated rounds each time anew. */
export const STEPS_MAX: number = 200_000;

/** Different expressions. Code for a few hundred is a large kernel. */
export const EXPRESSIONS_MAX: number = 20_000;

/** How deep expressions nest: what goes over a program may recurse. */
export const EXPRESSION_DEPTH_MAX: number = 1_000;

/** Rounds of loops whose ends are constants, where what a round says can't be told without its number. */
export const UNROLLED_ROUNDS_MAX: number = 1_024;

/** The largest distance to a neighbour along an axis, and so of an index from the end of the axes. */
export const SHIFT_MAX: number = 2 ** 31 - 1;

/** Programs that are kept, with the texts that they were read of. */
export const PROGRAMS_KEPT_MAX: number = 256;
