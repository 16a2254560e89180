/**
 * Where this project answers otherwise than Python, on purpose: the one list of it.
 *
 * A replay knows such a case by its rule, whatever the file, and never skips it: it checks what our rule says instead.
 * The tests check that each entry touches as many cases of the project's own vectors as it says here.
 *
 * One difference is in no case's outcome, since integers are compared by value: those of 64 bits are bigints here.
 *
 * @module
 */

/** A rule of ours that differs from Python's, and what it touches. */
export interface Divergence {
  /** By file: how many cases of the vectors that come with the project have another outcome than Python's. */
  readonly cases: Readonly<Record<string, number>>;
  readonly why: string;
}

export const DIVERGENCES = {
  integralFloat: {
    cases: { format: 98, slice: 1, cast: 4, equality: 1 },
    why:
      "JavaScript has one type for 1 and 1.0. A number that is a safe integer is taken for an int: integer formats store " +
      "it where Python refuses the float, and call it out of range (ValueError) where Python calls it mistyped. -0 is " +
      "among them: negating 0 makes it, so refusing it would break `view.set(-n)`. 1.5, NaN, infinities and numbers " +
      "beyond 2^53 are refused as Python refuses floats.",
  },
  integralFloatTooLarge: {
    cases: { format: 1 },
    why:
      "The same rule where a number is too large for a float format: struct.pack('e', 65520.0) is an OverflowError in " +
      "Python, struct.pack('e', 65520) a struct.error. The number 65520 is an int here.",
  },
  nonAsciiFormat: {
    cases: { format: 1 },
    why: "A format with a character beyond ASCII is a UnicodeEncodeError in Python. Here it is a bad format like others.",
  },
  ucs2Text: {
    cases: { format: 1 },
    why: "NumPy has no dtype for PEP 3118's UCS-2 text (u) and raises NotImplementedError. JavaScript's strings are that.",
  },
  numpyAnswer: {
    cases: { flags: 87 },
    why:
      "Our arrays answer as memoryview does, also where numpy.ndarray breaks the protocol's own rules: it refuses with " +
      "ValueError where BufferError is due, gives ndim 0 where no shape was asked for and ndim must be 1, and a format " +
      "without a shape.",
  },
  ctypesAnswer: {
    cases: { flags: 36 },
    why:
      "ctypes gives format and shape unasked, and no strides where they were asked for. `getBuffer` leaves out what was " +
      "not asked for and fills in the strides of contiguous memory, so that the answer is what its type says.",
  },
  endOfMemory: {
    cases: { oldbuffer: 2 },
    why:
      "PyBuffer_FromMemory takes no Py_END_OF_BUFFER: its documentation promises a ValueError. CPython 2.7 makes the " +
      "object, and reading it fails with a SystemError.",
  },
  unicodeBase: {
    cases: { oldbuffer: 1 },
    why:
      "CPython 2.7 showed the UCS-4 memory inside its unicode strings. JavaScript's strings hold values, not memory: they " +
      "export nothing (TypeError), there as everywhere.",
  },
  subViews: {
    cases: { slice: 110, equality: 1, assign: 1 },
    why:
      "memoryview has no sub-views of several dimensions yet: it raises NotImplementedError, or TypeError for a key that " +
      "is no integer and no slice. Here `at` is NumPy's basic indexing, with its errors, and iteration gives the parts.",
  },
  lengthOfScalar: {
    cases: { slice: 4, layout: 178 },
    why: "len() of a view of no dimensions is 1 up to Python 3.11, and a TypeError since 3.12.",
  },
  emptyContiguity: {
    cases: { slice: 212, layout: 3, cast: 2 },
    why:
      "memoryview's contiguity properties differ from PyBuffer_IsContiguous in one corner, an axis of length 0 whose " +
      "stride is not the item size. The C API is followed: without elements all of them lie side by side.",
  },
  halfFloatCast: {
    cases: { cast: 34 },
    why: "memoryview casts to and from half-precision floats ('e') since Python 3.12.",
  },
  valuesOfAnyFormat: {
    cases: { equality: 1 },
    why:
      "memoryview reads what `struct` reads; of other formats it knows no values, and finds no view of them equal even " +
      "to itself. Here every format of PEP 3118 has values but for pointers, objects, bits and long doubles.",
  },
  numpyReadonly: {
    cases: { assign: 1 },
    why: "NumPy raises ValueError where read-only memory is written; everything else raises TypeError, and so do we.",
  },
} as const satisfies Readonly<Record<string, Divergence>>;

export type DivergenceName = keyof typeof DIVERGENCES;
