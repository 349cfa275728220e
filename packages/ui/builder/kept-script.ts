import { browserKeep } from "./browser-keep.ts";

const KEY = "pawl-script";

/** The script for the first boot, as it was written in this tab. */
export function keptScript(): string {
  return browserKeep("session")?.getItem(KEY) ?? "";
}

export function keepScript(script: string): void {
  try {
    browserKeep("session")?.setItem(KEY, script);
  } catch {
    // Then it is gone at a reload.
  }
}
