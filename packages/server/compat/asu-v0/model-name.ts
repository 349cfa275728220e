import type { Title } from "../../catalog/types.ts";

/** One line for a device, as the first generation has it: `TP-Link Archer C7 v2`. Empty where upstream says nothing. */
export function modelName(title: Title): string {
  if (title.title) return title.title;
  return [title.vendor, title.model, title.variant].filter(Boolean).join(" ");
}
