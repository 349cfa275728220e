/** In place of what a template fills in. */
const HOLE = "\u0000";
/** Attributes that a person reads, or hears. */
const SAID = /\s(?:aria-label|aria-description|alt|title|placeholder|label|name|empty|emptyHint)=(["'])(.*?)\1/g;
/** Names of fields, which nobody reads: of theirs only what looks like a sentence counts. */
const IS_NAME = /^[\w-]+$/;
/** Comments, and what is to be typed. */
const NOT_SAID = /<!--.*?-->|<(code|pre)\b.*?<\/\1>/gs;
const HAS_WORDS = /\p{L}{2}/u;

/** What stands in the `html` templates of a source for a person to read, other than by what is filled in. */
export function templateTexts(source: string): string[] {
  return markupOf(source).flatMap((markup) => {
    const attributes = [...markup.matchAll(SAID)]
      .map(([, , value = ""]) => value)
      .filter((value) => !IS_NAME.test(value));
    const texts = markup
      .replace(NOT_SAID, "")
      .replace(/<[^>]*>/g, HOLE)
      .split(HOLE);
    return [...attributes, ...texts].map((text) => text.trim()).filter((text) => HAS_WORDS.test(text));
  });
}

/** Each template with what is fixed of it, those within others, too. */
function markupOf(source: string): string[] {
  const found: string[] = [];
  for (let at = source.indexOf("html`"); at !== -1; at = source.indexOf("html`", at))
    at = template(at + "html`".length);
  return found;

  /** From behind its first backtick to behind its last. */
  function template(from: number): number {
    let markup = "";
    let at = from;
    while (at < source.length && source[at] !== "`") {
      if (source[at] === "$" && source[at + 1] === "{") {
        at = hole(at + 2);
        markup += HOLE;
      } else markup += source[at++];
    }
    found.push(markup);
    return at + 1;
  }

  /** From behind its first brace to behind its last. */
  function hole(from: number): number {
    let [at, depth] = [from, 1];
    while (at < source.length && depth > 0) {
      if (source[at] === "`") {
        const isMarkup = source.startsWith("html", at - 4) || source.startsWith("svg", at - 3);
        at = template(at + 1);
        if (!isMarkup) found.pop();
        continue;
      }
      if (source[at] === '"') at = source.indexOf('"', at + 1);
      else if (source[at] === "{") depth += 1;
      else if (source[at] === "}") depth -= 1;
      at += 1;
    }
    return at;
  }
}
