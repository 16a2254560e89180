/**
 * What is said where a part of the compiler is needed that has not been loaded.
 *
 * @module
 */

/** Thrown before anything was made: whoever asked loads the part, and asks again. */
export class MissingPart extends Error {
  override readonly name: string = "MissingPart";
  /** Loads it, once. */
  readonly load: () => Promise<void>;

  constructor(part: string, load: () => Promise<void>) {
    super(`internal: ${part} of kernels is used before it is loaded`);
    this.load = load;
  }
}
