/**
 * What the user can put right: told in one line, with the real values and what would have been right.
 *
 * @module
 */

/** An error of the input, not of the program. Its message is for the user, as it stands. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}

/** The first line of an error's message, of a library whose messages may have many. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split(/\s*\n\s*/, 1)[0]!;
}
