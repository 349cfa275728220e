import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/bootstrap.mjs";

/** A fenced block of a document. */
export interface Block {
  language: string;
  text: string;
  /** The next one, when there is nothing in between: what a command prints. */
  answer: { language: string; text: string } | null;
}

const FENCED = /^```(\w+)\n(.*?)^```$/gms;

/** The fenced blocks of a document of this repository, in their order. */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(join(ROOT, document), "utf8");
  const found = [...text.matchAll(FENCED)].map((match) => {
    const [whole, language = "", content = ""] = match;
    return { language, text: content, from: match.index, to: match.index + whole.length };
  });
  return found.map(({ language, text: content, to }, at) => {
    const next = found[at + 1];
    const follows = language === "sh" && next && text.slice(to, next.from).trim() === "" && next.language !== "sh";
    return { language, text: content, answer: follows ? { language: next.language, text: next.text } : null };
  });
}

/**
 * Where an answer isn't what a document shows of it; empty when it is. A document may leave out fields; `"…"` is anything, and
 * in a list any number of whatever.
 */
export function differencesFrom(shown: unknown, answer: unknown, at = "answer"): string[] {
  if (shown === "…") return answer === undefined ? [`${at} isn't there`] : [];
  if (Array.isArray(shown)) return differencesOfLists(shown, answer, at);
  if (typeof shown === "object" && shown !== null) {
    if (typeof answer !== "object" || answer === null) return [`${at} is ${JSON.stringify(answer)}`];
    const fields = answer as Record<string, unknown>;
    return Object.entries(shown).flatMap(([key, value]) => differencesFrom(value, fields[key], `${at}.${key}`));
  }
  return shown === answer ? [] : [`${at} is ${JSON.stringify(answer)}, not ${JSON.stringify(shown)}`];
}

function differencesOfLists(shown: readonly unknown[], answer: unknown, at: string): string[] {
  if (!Array.isArray(answer)) return [`${at} is no list`];
  const isOpen = shown.at(-1) === "…";
  const named = isOpen ? shown.slice(0, -1) : shown;
  if (isOpen ? answer.length <= named.length - 1 : answer.length !== named.length) {
    return [`${at} has ${answer.length} items`];
  }
  return named.flatMap((item, index) => differencesFrom(item, answer[index], `${at}[${index}]`));
}
