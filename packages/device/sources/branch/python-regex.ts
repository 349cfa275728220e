import { createContext, runInContext } from "node:vm";
import { UpdateError } from "../../error.ts";

const LONGEST = 1000;
const MATCH_MS = 1000;

/**
 * A regular expression in Python's spelling that a project gives, as a function from a text to what its group `version`
 * matches, or its only group; null when it doesn't match. `at the start`: as `re.match`; `search each line`: as `re.search`
 * with MULTILINE. It is a stranger's, so it may run for a second. Throws UpdateError `bad_version` for what
 * JavaScript has no equal of, and for what takes longer. `\w` is ASCII letters only.
 */
export function pythonRegex(
  source: string,
  from: string,
  how: "at the start" | "search each line",
): (text: string) => string | null {
  const refused = (why: string, cause?: unknown) =>
    new UpdateError(
      "bad_version",
      `The project's ${from} has a regular expression for versions that Pawl can't use: ${why}. The project may write it more simply.`,
      { path: from, cause },
    );
  if (source.length > LONGEST) throw refused(`it is longer than ${LONGEST} characters`);
  const translated = translate(source);
  if ("unknown" in translated) throw refused(`${translated.unknown} isn't supported`);
  const flags = translated.flags + (how === "at the start" ? "y" : "m");
  const evaluate = (script: string, text: string, only = false) => {
    try {
      return runInContext(script, createContext({ source: translated.source, flags, text, only }), {
        timeout: MATCH_MS,
      });
    } catch (error) {
      // Of another realm, so no instance of ours.
      throw refused(/^SyntaxError/.test(String(error)) ? "it isn't well formed" : "it takes too long", error);
    }
  };
  const groups: unknown = evaluate(GROUPS, "");
  if (groups !== 1 && !/\(\?<version>/.test(translated.source)) throw refused('it has no group named "version"');
  return (text) => {
    const found: unknown = evaluate(MATCH, text, groups === 1);
    return typeof found === "string" ? found : null;
  };
}

/** How many groups there are: what matches nothing at all tells. Also to find that out a stranger's may take for ever. */
const GROUPS = `new RegExp(source + "|", flags.replace("y", "")).exec("").length - 1`;

const MATCH = `(() => {
  const match = new RegExp(source, flags).exec(text);
  return (only ? match?.[1] : match?.groups?.version) ?? null;
})()`;

type Translated = { source: string; flags: string } | { unknown: string };

/** Python's spelling to JavaScript's, as far as both have the thing. */
function translate(python: string): Translated {
  const [inline = "", letters = ""] = /^\(\?([aimsu]+)\)/.exec(python) ?? [];
  let source = "";
  for (let rest = python.slice(inline.length); rest !== ""; ) {
    const piece = PIECE.exec(rest)?.[0] ?? rest.charAt(0);
    const written = translatePiece(piece);
    if (written === null) return { unknown: piece };
    source += written;
    rest = rest.slice(piece.length);
  }
  return { source, flags: [...new Set(letters.replace(/[au]/g, ""))].join("") };
}

// An escape, a class, what begins a special group, a quantifier that is more than it seems.
const PIECE =
  /^(?:\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:P<\w+>|P=\w+\)|<[=!]|[:=!]|[\s\S])|\{,\d+\}|[*+?}]\+)/;

function translatePiece(piece: string): string | null {
  if (piece === "\\A") return "(?<![\\s\\S])";
  if (piece === "\\Z") return "(?![\\s\\S])";
  if (/^\\[A-Za-z]$/.test(piece)) return /^\\[dDwWsSbBfnrtvxu]$/.test(piece) ? piece : null;
  // A bracket right at the beginning of a class is one of its characters; in JavaScript it would end it.
  if (piece.startsWith("[")) return /\\[AZbBNU]/.test(piece) ? null : piece.replace(/^(\[\^?)\]/, "$1\\]");
  if (piece.startsWith("(?P<")) return `(?<${piece.slice(4)}`;
  if (piece.startsWith("(?P=")) return `\\k<${piece.slice(4, -1)}>`;
  if (piece.startsWith("(?")) return /^\(\?(?:<[=!]|[:=!])$/.test(piece) ? piece : null;
  if (piece.startsWith("{,")) return `{0${piece.slice(1)}`;
  if (/^[*+?}]\+$/.test(piece)) return null;
  return piece;
}
