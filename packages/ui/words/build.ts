import { type BuildWords, build as en } from "./en/build.ts";
import { inLanguage } from "./language.ts";

export const words: BuildWords = inLanguage({ en });
