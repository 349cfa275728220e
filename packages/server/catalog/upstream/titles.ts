import type { Title } from "../types.ts";
import { listAt, objectAt, textAt } from "./fields.ts";

const MOST_TITLES = 64;
const PARTS = ["vendor", "model", "variant", "title"] as const;

/** What a device is called: a list of vendor, model and variant, or of titles. Missing means none. */
export function titlesAt(value: unknown, where: string): readonly Title[] {
  if (value === undefined || value === null) return [];
  return listAt(value, where, MOST_TITLES).map((entry) => {
    const said = objectAt(entry, where);
    const title: Title = {};
    for (const part of PARTS) {
      if (typeof said[part] === "string" && said[part] !== "") title[part] = textAt(said[part], `${where}.${part}`);
    }
    return title;
  });
}
