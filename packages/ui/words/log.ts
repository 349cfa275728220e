import { log as en, type LogWords } from "./en/log.ts";
import { inLanguage } from "./language.ts";

export const words: LogWords = inLanguage({ en });
