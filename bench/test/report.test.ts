import { expect, test } from "vitest";
import { formatGroup, type Group, sizeName } from "../support/report.ts";

const group: Group = {
  name: "add float64 n=2^10 contiguous",
  parameters: { n: 1024 },
  work: { amount: 24_576, unit: "B" },
  reference: "plain loop",
  cases: [
    { name: "plain loop", samples: 9, latencyUs: { min: 1, p25: 1.5, p50: 2, p75: 2.25, p99: 9.5, max: 10 }, ratio: 1 },
    {
      name: "tasks threads=2",
      samples: 9,
      latencyUs: { min: 60, p25: 60.04, p50: 99.96, p75: 123.4, p99: 5000.4, max: 6000 },
      ratio: 49.98,
    },
  ],
};

test("formatGroup: one row for each case, the reference marked, rates in giga units", () => {
  const lines = formatGroup(group).split("\n");
  expect(lines.map((line) => line.split(/ {2,}/).filter((cell) => cell !== ""))).toEqual([
    ["add float64 n=2^10 contiguous", "median µs", "p25..p75", "p99", "ratio", "GB/s"],
    ["plain loop *", "2.00", "1.50..2.25", "9.50", "1.00", "12.29"],
    ["tasks threads=2", "100", "60.0..123", "5000", "49.98", "0.25"],
  ]);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});

test("formatGroup: no rate where the amount of work is not the point", () => {
  expect(formatGroup({ ...group, work: null })).not.toContain("/s");
});

test("sizeName: the largest unit that a size has whole", () => {
  expect([16, 1024, 16_384, 2 ** 20, 2 ** 30].map(sizeName)).toEqual(["16 B", "1 KiB", "16 KiB", "1 MiB", "1 GiB"]);
});
