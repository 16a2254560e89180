/**
 * What tests use of Node's module of the same name, in a page.
 *
 * @module
 */
import { deflateSync } from "fflate";

export { deflateSync as deflateRawSync };

/** Of each byte, by the reversed polynomial of ISO 3309. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? (rest >>> 1) ^ 0xed_b8_83_20 : rest >>> 1;
  return rest;
});

export function crc32(bytes: Uint8Array): number {
  let rest = 0xff_ff_ff_ff;
  for (const byte of bytes) rest = (rest >>> 8) ^ REMAINDERS[(rest ^ byte) & 0xff]!;
  return (rest ^ 0xff_ff_ff_ff) >>> 0;
}
