import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { explore, type Port, scenario } from "../src/index.ts";

// The example of the README, word for word between the imports and the last line.
const READY = 0;
const EPOCH = 1;

function signal(port: Port): void {
  port.store(READY, 1);
  port.notify(EPOCH, Infinity);
}

function waitFor(port: Port): void {
  while (port.load(READY) === 0) port.wait(EPOCH, 0, Infinity);
}

const event = scenario({
  name: "event",
  memories: { control: { words: 2, names: { READY, EPOCH } } },
  threads: [
    { name: "signaller", run: ({ ports }) => signal(ports.control) },
    { name: "waiter", run: ({ ports }) => waitFor(ports.control) },
  ],
});

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const own = readFileSync(new URL(import.meta.url), "utf8");

test("README: its example is the code of this test", () => {
  const example = readme.slice(readme.indexOf("const READY"), readme.indexOf("\nconsole.log(explore"));
  expect(example.length).toBeGreaterThan(300);
  expect(own).toContain(example);
});

test("README: what it prints is the report of its example", () => {
  expect(readme).toContain(`\`\`\`text\n${explore(event).violations[0]!.report}\n\`\`\``);
});
