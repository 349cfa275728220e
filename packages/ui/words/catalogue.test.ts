// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of sources
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { templateTexts } from "./testing/template-texts.ts";

const ROOT = join(import.meta.dirname, "..");
const SOURCES = ["builder", "console", "device", "elements", "look"].flatMap((folder) =>
  globSync(`${folder}/**/*.ts`, { cwd: ROOT }).filter((path) => !path.endsWith(".test.ts")),
);

test("what an element says is in the catalogue, from where it can be translated", () => {
  expect(SOURCES.length).toBeGreaterThan(100);
  const said = SOURCES.flatMap((path) =>
    templateTexts(readFileSync(join(ROOT, path), "utf8")).map((text) => `${path}: ${text}`),
  );
  expect(said).toEqual([]);
});

test.each([
  ["html`<p>Hello</p>`", ["Hello"]],
  ["html`<p class=${a}>${words.b} more</p>`", ["more"]],
  ["html`<p>${list.map((n) => html`<b>each ${n}</b>`)}</p>`", ["each"]],
  ['html`<img alt="A picture" src="x.png"><input name="token" placeholder="Your token">`', ["A picture", "Your token"]],
  ["html`<p>${isIt ? words.a : `${words.b} so`}</p>`", []],
  ["html`${size} · <a href=${to}>${words.a}</a>`", []],
])("%s has %j of its own to say", (source, texts) => {
  expect(templateTexts(source)).toEqual(texts);
});
