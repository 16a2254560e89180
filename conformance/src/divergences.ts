/**
 * Where this project answers otherwise than Python, on purpose: the one list of it.
 *
 * A replay never skips such a case. It checks what our rule says instead, and the tests check that each entry touches
 * as many cases as it says here.
 *
 * @module
 */

/** A rule of ours that differs from Python's, and what it touches. */
export interface Divergence {
  /** The file of vectors. */
  readonly file: string;
  /** Cases whose outcome is another one than Python's. */
  readonly cases: number;
  readonly why: string;
}

export const DIVERGENCES: {
  readonly integralFloat: Divergence;
  readonly integralFloatTooLarge: Divergence;
  readonly nonAsciiFormat: Divergence;
  readonly ucs2Text: Divergence;
  readonly numpyAnswer: Divergence;
  readonly ctypesAnswer: Divergence;
  readonly endOfMemory: Divergence;
  readonly unicodeBase: Divergence;
} = {
  integralFloat: {
    file: "format",
    cases: 98,
    why:
      "JavaScript has one type for 1 and 1.0. A number that is a safe integer is taken for an int: integer formats store " +
      "it where Python refuses the float, and call it out of range (ValueError) where Python calls it mistyped. -0 is " +
      "among them: negating 0 makes it, so refusing it would break `view.set(-n)`. 1.5, NaN, infinities and numbers " +
      "beyond 2^53 are refused as Python refuses floats.",
  },
  integralFloatTooLarge: {
    file: "format",
    cases: 1,
    why:
      "The same rule where a number is too large for a float format: struct.pack('e', 65520.0) is an OverflowError in " +
      "Python, struct.pack('e', 65520) a struct.error. The number 65520 is an int here.",
  },
  nonAsciiFormat: {
    file: "format",
    cases: 1,
    why: "A format with a character beyond ASCII is a UnicodeEncodeError in Python. Here it is a bad format like others.",
  },
  ucs2Text: {
    file: "format",
    cases: 1,
    why: "NumPy has no dtype for PEP 3118's UCS-2 text (u) and raises NotImplementedError. JavaScript's strings are that.",
  },
  numpyAnswer: {
    file: "flags",
    cases: 87,
    why:
      "Our arrays answer as memoryview does, also where numpy.ndarray breaks the protocol's own rules: it refuses with " +
      "ValueError where BufferError is due, gives ndim 0 where no shape was asked for and ndim must be 1, and a format " +
      "without a shape.",
  },
  ctypesAnswer: {
    file: "flags",
    cases: 36,
    why:
      "ctypes gives format and shape unasked, and no strides where they were asked for. `getBuffer` leaves out what was " +
      "not asked for and fills in the strides of contiguous memory, so that the answer is what its type says.",
  },
  endOfMemory: {
    file: "oldbuffer",
    cases: 2,
    why:
      "PyBuffer_FromMemory takes no Py_END_OF_BUFFER: its documentation promises a ValueError. CPython 2.7 makes the " +
      "object, and reading it fails with a SystemError.",
  },
  unicodeBase: {
    file: "oldbuffer",
    cases: 1,
    why:
      "CPython 2.7 showed the UCS-4 memory inside its unicode strings. JavaScript's strings hold values, not memory: they " +
      "export nothing (TypeError), there as everywhere.",
  },
};
