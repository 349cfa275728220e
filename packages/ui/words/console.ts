import { type ConsoleWords, console as en } from "./en/console.ts";
import { inLanguage } from "./language.ts";

export const words: ConsoleWords = inLanguage({ en });
