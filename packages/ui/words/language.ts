/** The reader's languages, the dearest first; English where there is no page. */
function wanted(): readonly string[] {
  const page = globalThis.document?.documentElement.lang;
  return page ? [page] : (globalThis.navigator?.languages ?? ["en"]);
}

/**
 * The catalogue in the page's language, else in English. A translation is a folder beside `en/` and a line in each area:
 * `inLanguage({ en, de })`; the type says what is missing.
 */
export function inLanguage<Words>(catalogues: { en: Words } & Readonly<Record<string, Words>>): Words {
  for (const language of wanted()) {
    const found = catalogues[language] ?? catalogues[language.split("-")[0] ?? ""];
    if (found) return found;
  }
  return catalogues.en;
}

/** In which language dates and numbers are written: the reader's own English, say, where the words are English. */
export function formatLanguage(): string {
  const page = globalThis.document?.documentElement.lang || "en";
  const own = (globalThis.navigator?.languages ?? []).find((each) => each.split("-")[0] === page.split("-")[0]);
  return own ?? page;
}
