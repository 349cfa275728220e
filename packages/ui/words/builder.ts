import { type BuilderWords, builder as en } from "./en/builder.ts";
import { inLanguage } from "./language.ts";

export const words: BuilderWords = inLanguage({ en });
