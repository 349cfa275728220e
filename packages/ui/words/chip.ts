import { type ChipWords, chip as en } from "./en/chip.ts";
import { inLanguage } from "./language.ts";

/** The words of the chip, and of an app's card. */
export const chipWords: ChipWords = inLanguage({ en });
