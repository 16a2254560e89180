import { expect, it } from "vitest";
import { diagnose } from "../../src/web/diagnose.ts";

// Pages that lack something: test/diagnose.test.ts.
it("diagnose: of the isolated page of the tests says that nothing is missing", async () => {
  const diagnosis = await diagnose();
  expect(diagnosis).toMatchObject({ mode: "threads", missing: [], advice: [], recipes: [] });
  expect(diagnosis.headers).toMatchObject({
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Content-Security-Policy": null,
  });
  expect(diagnosis.facts).toMatchObject({ crossOriginIsolated: true, compiles: true, simd: true, webLocks: true });
  expect(diagnosis.facts.cores).toBe(navigator.hardwareConcurrency);
  expect(String(diagnosis)).toContain('instride opens in mode "threads" here');
});
