/**
 * The descriptor under which a view that is lent travels.
 *
 * @module
 */
import type { Descriptor } from "./descriptor.ts";
import type { Lease } from "./lease-request.ts";
import { MovedStorage } from "../memory/moved-storage.ts";
import type { ViewState } from "../views/view-state.ts";

/** Describes a view for whoever has the lease. */
export function describeLoan(state: ViewState, lease: Lease): Descriptor {
  const { managed, byteOffset, format, itemsize, shape, strides, suboffsets } = state;
  const fields = { byteOffset, format, itemsize, shape, strides, suboffsets };
  const readonly = state.readonly || lease.mode === "read";
  const moved = lease.array instanceof MovedStorage ? lease.array : null;
  if (moved === null) return { buffer: managed.buffer, ...fields, readonly, lease: lease.handle };
  // The buffer of the moment: when the memory moves, that of then takes its place.
  return moved.follow({ buffer: moved.current, ...fields, readonly, lease: lease.handle });
}
