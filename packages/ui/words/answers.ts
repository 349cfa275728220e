import { type AnswersWords, answers as en } from "./en/answers.ts";
import { inLanguage } from "./language.ts";

/** Where an API has no words of its own. */
export const answersWords: AnswersWords = inLanguage({ en });
