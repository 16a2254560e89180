import { expect, test } from "vitest";
import type { Registration } from "../src/lanes/messages.ts";
import { IDLE_CODES_MAX, Registrations } from "../src/lanes/registrations.ts";
import type { BuiltinTarget } from "../src/protocol.ts";

function codeOf(key: string): BuiltinTarget {
  return { name: "map", code: { key, content: { text: key } } };
}

/** What a thread knows that has had every message. */
function listen(): { readonly registrations: Registrations; readonly known: Map<number, Registration> } {
  const known = new Map<number, Registration>();
  const registrations = new Registrations(({ registrations: told }) => {
    for (const registration of told) {
      if (registration.kind === "drop-kernel") known.delete(registration.id);
      else if (registration.kind === "kernel") known.set(registration.id, registration);
    }
  });
  return { registrations, known };
}

test("registrations: generated code is told once, however many jobs run it", () => {
  const { registrations, known } = listen();
  const [a, b] = [codeOf("a"), codeOf("b")];
  const first = registrations.kernelNumber(a);
  registrations.endKernel(a);
  expect(registrations.kernelNumber({ ...codeOf("a"), label: "other" })).toBe(first);
  expect(registrations.kernelNumber(b)).not.toBe(first);
  expect(registrations.kernelNumber({ name: "map" })).not.toBe(first);
  expect([known.size, registrations.count]).toEqual([3, 3]);
});

test("registrations: code that is in no job is forgotten after many others, on threads that come later too", () => {
  const { registrations, known } = listen();
  const kept = codeOf("kept");
  const number = registrations.kernelNumber(kept);
  for (let i = 0; i < 3 * IDLE_CODES_MAX; i++) {
    const code = codeOf(`code ${i}`);
    registrations.kernelNumber(code);
    registrations.endKernel(code);
  }
  expect(known.size).toBe(IDLE_CODES_MAX + 1);
  expect(known.has(number)).toBe(true);
  expect(registrations.all.registrations).toHaveLength(IDLE_CODES_MAX + 1);
  const again = codeOf("code 0");
  const other = registrations.kernelNumber(again);
  expect(known.get(other)).toMatchObject({ target: again });
  expect(registrations.all.count).toBe(registrations.count);
});
