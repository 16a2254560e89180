/**
 * Words in the heap that belong to one prepared call: what ends it early, and its parameters, which may change from run
 * to run though all threads have been told of the call.
 *
 * @module
 */
import type { MemoryOwner, MemoryView } from "@instride/core";
import type { MapArguments, ParameterWords } from "@instride/kernels/compiler";
import type { Interrupt } from "@instride/scheduler";
import { loadedCompiler } from "./compiler-loading.ts";

/** Values of parameters, as lanes hold them. */
export type Parameters = MapArguments["parameters"];

/** The parameters come after the word that cancels, on an address that suits them. */
const PARAMETERS_OFFSET = 8;

export class CallWords implements Interrupt {
  /** Lies in the heap. */
  readonly memory: MemoryView;
  /** What tells the bodies of a call where the words are. */
  readonly args: { readonly cancel?: number; readonly parametersAt?: number };
  readonly #cancel: Int32Array;
  readonly #parameters: ParameterWords;

  /**
   * @param owner - with a heap that all threads share
   * @param hasLoops - whether there is something that can be ended early
   */
  constructor(owner: MemoryOwner, parameters: Parameters, hasLoops: boolean) {
    const { PARAMETER_BYTES, ParameterWords: Words } = loadedCompiler();
    const nbytes = PARAMETERS_OFFSET + parameters.length * PARAMETER_BYTES;
    const memory = owner.zeros([nbytes], "uint8", { label: "words of a kernel" });
    const { buffer, byteOffset } = memory.asTypedArray();
    this.memory = memory;
    this.#cancel = new Int32Array(buffer, byteOffset, 1);
    this.#parameters = new Words(buffer, byteOffset + PARAMETERS_OFFSET, parameters.length);
    this.args = {
      ...(hasLoops ? { cancel: byteOffset } : {}),
      ...(parameters.length === 0 ? {} : { parametersAt: byteOffset + PARAMETERS_OFFSET }),
    };
    this.setParameters(parameters);
  }

  /** For the runs that begin after it. Nobody is running the call. */
  setParameters(parameters: Parameters): void {
    this.#parameters.write(parameters);
  }

  set(): void {
    // Pairs with the load in loops of generated code. Nothing else is read because of it.
    this.#cancel[0] = 1;
  }

  clear(): void {
    this.#cancel[0] = 0;
  }
}
