/**
 * Doubles the elements of an array, as a plain Piscina task.
 *
 * @module
 */
export default function double(elements: Float64Array): void {
  for (let i = 0; i < elements.length; i++) elements[i]! *= 2;
}
