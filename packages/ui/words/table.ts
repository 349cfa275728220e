import { table as en, type TableWords } from "./en/table.ts";
import { inLanguage } from "./language.ts";

export const words: TableWords = inLanguage({ en });
