/**
 * Buffer requests: what a consumer can cope with, and so what an exporter must tell it.
 *
 * The values are CPython's. A compound request contains the bits of what it builds on (`STRIDES` contains `ND`,
 * `INDIRECT` contains `STRIDES`), so a request is tested with {@link requests}, never with `flags & X` alone.
 *
 * Source: CPython `Doc/c-api/buffer.rst`, "Buffer request types".
 *
 * @module
 */

/** The request flags by name. */
export const BufferFlags: {
  readonly SIMPLE: 0;
  readonly WRITABLE: 1;
  readonly FORMAT: 4;
  readonly ND: 8;
  readonly STRIDES: 24;
  readonly C_CONTIGUOUS: 56;
  readonly F_CONTIGUOUS: 88;
  readonly ANY_CONTIGUOUS: 152;
  readonly INDIRECT: 280;
  readonly CONTIG: 9;
  readonly CONTIG_RO: 8;
  readonly STRIDED: 25;
  readonly STRIDED_RO: 24;
  readonly RECORDS: 29;
  readonly RECORDS_RO: 28;
  readonly FULL: 285;
  readonly FULL_RO: 284;
  readonly READ: 256;
  readonly WRITE: 512;
} = {
  SIMPLE: 0,
  WRITABLE: 1,
  FORMAT: 4,
  ND: 8,
  STRIDES: 24,
  C_CONTIGUOUS: 56,
  F_CONTIGUOUS: 88,
  ANY_CONTIGUOUS: 152,
  INDIRECT: 280,
  CONTIG: 9,
  CONTIG_RO: 8,
  STRIDED: 25,
  STRIDED_RO: 24,
  RECORDS: 29,
  RECORDS_RO: 28,
  FULL: 285,
  FULL_RO: 284,
  READ: 256,
  WRITE: 512,
};

/** True where `flags` ask for all that `request` stands for. */
export function requests(flags: number, request: number): boolean {
  return (flags & request) === request;
}
