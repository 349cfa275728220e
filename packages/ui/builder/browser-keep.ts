import type { Keep } from "../data/build-memory.ts";

/** A browser's storage, for as long as the browser is (`local`) or the tab (`session`); null where its owner forbids it. */
export function browserKeep(which: "local" | "session"): Keep {
  try {
    return which === "local" ? localStorage : sessionStorage;
  } catch {
    return null;
  }
}
