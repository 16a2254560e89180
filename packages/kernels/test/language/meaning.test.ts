import { describe, expect, test } from "vitest";
import { COMPILERS } from "./compilers.ts";
import { SAMPLES } from "./samples.ts";
import { checkSample } from "./meaning.ts";

describe.each(Object.entries(COMPILERS))("functions that %s has made", (_, compile) => {
  const samples = compile();

  test("are all there", async () => {
    expect(Object.keys(await samples)).toEqual(Object.keys(SAMPLES));
  });

  test.each(Object.keys(SAMPLES))("%s: the program gives what the function gives", async (name) => {
    await checkSample((await samples)[name]!);
  });
});
