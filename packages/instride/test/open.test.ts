import { expect, test } from "vitest";
import { open } from "instride";

test.each([0, -1, 1.5, Number.NaN, 65, "2"])("open: refuses %s threads", async (threads) => {
  await expect(open({ threads: threads as number })).rejects.toThrow("expected an integer from 1 to 64");
});

test("open: says how it works and why", async () => {
  await using threads = await open({ threads: 2 });
  expect([threads.mode, threads.threads]).toEqual(["threads", 2]);
  await using inline = await open({ mode: "inline" });
  expect([inline.mode, inline.threads]).toEqual(["inline", 1]);
  expect(inline.reason).toContain("option mode");
});

test("open: the heap keeps to the maximum that was asked for", async () => {
  await using rt = await open({ mode: "inline", maximumBytes: 1 << 20 });
  expect(() => rt.zeros([2 << 20], "uint8", { label: "too large" })).toThrow(/cannot allocate 2 MiB: 0 bytes of 1 MiB/);
});
