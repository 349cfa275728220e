import { type DialogWords, dialog as en } from "./en/dialog.ts";
import { inLanguage } from "./language.ts";

/** The words of the update dialog. */
export const dialogWords: DialogWords = inLanguage({ en });
