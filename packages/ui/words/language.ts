type Catalogues<Words> = { en: Words } & Readonly<Record<string, Words>>;

/** The page's own language. There may be none: programs word an answer that isn't the API's, too. */
const ofPage = () =>
  (globalThis as { document?: { documentElement: { lang: string } } }).document?.documentElement.lang;

/** The reader's languages, the dearest first; English where there is no page. */
function wanted(): readonly string[] {
  const page = ofPage();
  return page ? [page] : (globalThis.navigator?.languages ?? ["en"]);
}

/**
 * The catalogue in the page's language, else in English. A translation is a folder beside `en/` and a line in each area:
 * `inLanguage({ en, de })`; the type says what is missing.
 */
export function inLanguage<Words>(catalogues: Catalogues<Words>, wants = wanted()): Words {
  return catalogues[languageOf(catalogues, wants)] ?? catalogues.en;
}

/** Dates and numbers are written in the language of the words beside them; as in the reader's own English, say. */
export function formatLanguage(
  catalogues: Catalogues<unknown>,
  wants = wanted(),
  own: readonly string[] = globalThis.navigator?.languages ?? [],
): string {
  const language = languageOf(catalogues, wants);
  return own.find((each) => baseOf(each) === baseOf(language)) ?? language;
}

function languageOf(catalogues: Catalogues<unknown>, wants: readonly string[]): string {
  const known = wants.flatMap((each) => [each, baseOf(each)]);
  return known.find((each) => Object.hasOwn(catalogues, each)) ?? "en";
}

const baseOf = (language: string) => language.split("-")[0] ?? language;
