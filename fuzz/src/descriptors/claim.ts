/**
 * What a stranger may claim about memory: the fields of a descriptor, any of which may hold anything.
 *
 * Beside the fields stands what is known of them by other means, so that an oracle needs no code of the validator.
 *
 * @module
 */
import type { Descriptor } from "@instride/core";

export type ClaimFields = { -readonly [K in keyof Descriptor]: unknown };

export interface Claim {
  fields: ClaimFields;
  /** Bytes of the buffer once all fields have been read, or null for what is no buffer. */
  byteLength: number | null;
  /** Bytes of an item of the format, or null for what is no format. */
  formatSize: bigint | null;
  /** Whether reading the fields throws. */
  throws: boolean;
  /** What `fields` is shown as: its own object, or one that behaves oddly. */
  shown: unknown;
  disguise: string;
}
