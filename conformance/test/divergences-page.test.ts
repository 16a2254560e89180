import { expect, test } from "vitest";
import { pageText } from "../../packages/core/test/markdown-table.ts";
import { DIVERGENCES } from "../src/divergences.ts";

const SECTION = /^## Where the answers differ.*?(?=^## )/ms;

test("docs/buffer-protocol.md: lists every divergence, with its cases and its reason, and no other", () => {
  const section = SECTION.exec(pageText("buffer-protocol.md"))![0];
  const listed = [...section.matchAll(/^- (.*(?:\n {2}.*)*)/gm)].map(([, item]) => item!.replaceAll(/\s+/g, " "));
  const expected = Object.entries(DIVERGENCES).map(([name, { cases, why }]) => {
    const counts = Object.entries(cases).map(([file, count]) => `${count} ${file}`);
    return `**${name}** (${counts.join(", ")}). ${why}`;
  });
  expect(listed).toEqual(expected);
});
