import { type CopyWords, copy as en } from "./en/copy.ts";
import { inLanguage } from "./language.ts";

export const words: CopyWords = inLanguage({ en });
