/**
 * The records of a zip archive: their signatures, their bytes without what varies, and the numbers that mean "elsewhere".
 *
 * An archive is entries, each a local header and its bytes; then the directory, a central header for each entry; then, for
 * more than 32-bit numbers can say, the ZIP64 end and its locator; then the end.
 *
 * Source: PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5.
 *
 * @module
 */

export const LOCAL_SIGNATURE = 0x0403_4b50;
export const LOCAL_BYTES = 30;

export const CENTRAL_SIGNATURE = 0x0201_4b50;
export const CENTRAL_BYTES = 46;

/** Follows the bytes of an entry whose local header was written before they were known. */
export const DESCRIPTOR_SIGNATURE = 0x0807_4b50;

export const END_SIGNATURE = 0x0605_4b50;
export const END_BYTES = 22;

export const ZIP64_END_SIGNATURE = 0x0606_4b50;
export const ZIP64_END_BYTES = 56;

export const ZIP64_LOCATOR_SIGNATURE = 0x0706_4b50;
export const ZIP64_LOCATOR_BYTES = 20;

/** The extra field that holds what doesn't fit into 32 bits. */
export const ZIP64_EXTRA = 0x0001;

/** In a field of 16 or 32 bits: the number is in a ZIP64 record. */
export const MAX_16 = 0xffff;
export const MAX_32 = 0xffff_ffff;

/** How the bytes of an entry are kept. */
export const STORED = 0;
export const DEFLATED = 8;

/** Bits of the flags. */
export const FLAG_ENCRYPTED = 0x0001;
export const FLAG_DESCRIPTOR = 0x0008;
export const FLAG_UTF8 = 0x0800;
