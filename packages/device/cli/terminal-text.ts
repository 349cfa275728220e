import { randomBytes } from "node:crypto";

/** Stands for ESC where Pawl itself sets text apart: nobody else can know it, so nobody else's text can have it. */
export const OWN_ESCAPE: string = `\u001b<${randomBytes(12).toString("hex")}>`;

/**
 * Text as a terminal may get it. Names, log lines and choices may be written by whom one doesn't trust: of a terminal's
 * language only `OWN_ESCAPE` gets through. What isn't seen stays out; DEL and C1 are shown as JSON writes them, which it
 * leaves as they are.
 */
export function forTerminal(text: string): string {
  return text.split(OWN_ESCAPE).map(harmless).join("\u001b");
}

/** The same, without anything of our own. */
export function harmless(text: string): string {
  return text.replace(SEQUENCE, "").replace(C0, "").replace(DEL_AND_C1, asJson);
}

/** Colours, and what moves the cursor: as a whole, for the rest of one would be seen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;
/** All but tab and new line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const C0 = /[\u0000-\u0008\u000b-\u001f]/g;
const DEL_AND_C1 = /[\u007f-\u009f]/g;

function asJson(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
