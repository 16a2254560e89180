/**
 * CRC-32, as zip archives, gzip and PNG have it.
 *
 * Source: ISO 3309, reflected polynomial 0xEDB88320; four bytes at a time by Intel's "slicing".
 *
 * @module
 */

/** Four tables of 256 words: what a byte adds to the checksum from 0 to 3 bytes further on. Made with the first use. */
let madeTables: Uint32Array | null = null;

function makeTables(): Uint32Array {
  const tables = new Uint32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) tables[i] = (tables[i - 256]! >>> 8) ^ tables[tables[i - 256]! & 0xff]!;
  return tables;
}

/**
 * Computes the checksum of bytes, or goes on from that of the bytes before them.
 *
 * @param before - the checksum so far
 * @returns an integer from 0 to 2^32 - 1
 *
 * Cost: O(bytes).
 */
export function crc32(bytes: Uint8Array, before: number = 0): number {
  const tables = (madeTables ??= makeTables());
  let crc = ~before;
  let i = 0;
  for (const stop = bytes.length - 3; i < stop; i += 4) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      tables[768 + (crc & 0xff)]! ^
      tables[512 + ((crc >>> 8) & 0xff)]! ^
      tables[256 + ((crc >>> 16) & 0xff)]! ^
      tables[crc >>> 24]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}
