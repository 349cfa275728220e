import { expect, test } from "vitest";
import { formatLanguage, inLanguage } from "./language.ts";

const both = { en: "Updates", de: "Aktualisierungen" };

test.each([
  ["the page's", ["de"], "Aktualisierungen"],
  ["a region's, in the language", ["de-AT", "en"], "Aktualisierungen"],
  ["the next that is there", ["fr", "de"], "Aktualisierungen"],
  ["English, where none is", ["fr"], "Updates"],
  ["English, where a name is only a property", ["constructor"], "Updates"],
])("the words are in %s", (_, wants, expected) => {
  expect(inLanguage(both, wants)).toBe(expected);
});

test.each([
  ["the reader's own English", ["en"], ["de-DE", "en-GB"], "en-GB"],
  ["English in a page that is not, for want of a translation", ["fr"], ["fr-FR", "en-US"], "en-US"],
  ["English, where the reader has none", ["fr"], ["fr-FR"], "en"],
  ["the language of a translation", ["de"], ["de-AT", "en"], "de-AT"],
])("dates and numbers are in %s", (_, wants, own, expected) => {
  expect(formatLanguage(both, wants, own)).toBe(expected);
});
