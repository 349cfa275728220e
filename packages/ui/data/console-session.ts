import type { ServerSchemas } from "./server.ts";

/** What of a browser's storage is used; null where it has none, or its owner forbids it. */
type Keep = Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;

export interface Keeps {
  /** Until the tab is closed. */
  session: Keep;
  /** Until somebody signs out. */
  local: Keep;
}

const KEY = "pawl-console-token";

/** The token that was signed in with. */
export function keptToken({ session, local }: Keeps): string | null {
  return session?.getItem(KEY) ?? local?.getItem(KEY) ?? null;
}

/** The token of a link that signs in: what comes after `#` is sent to no server. Null: there is none. */
export function tokenOfLink(hash: string): string | null {
  return /^#token=(pawl_[\w-]+)$/.exec(hash)?.[1] ?? null;
}

/** @param isLasting also when the tab is closed. A browser that keeps nothing loses it at a reload. */
export function keepToken(token: string, isLasting: boolean, { session, local }: Keeps): void {
  try {
    session?.setItem(KEY, token);
    if (isLasting) local?.setItem(KEY, token);
    else local?.removeItem(KEY);
  } catch {
    // It is full, or its owner forbids it.
  }
}

export function forgetToken({ session, local }: Keeps): void {
  session?.removeItem(KEY);
  local?.removeItem(KEY);
}

/** Why a part isn't shown, of an answer that refuses; null: it wasn't refused. */
export type SignInReason = "signed-out" | "unknown-token" | "scope";

export function signInReason(status: number | null, isSignedIn: boolean): SignInReason | null {
  if (status === 401) return isSignedIn ? "unknown-token" : "signed-out";
  return status === 403 ? "scope" : null;
}

/** The scope that each part needs; null: it is for everybody. */
export const SCOPE_OF = {
  overview: null,
  builds: "builds:manage",
  build: null,
  queue: "workers:read",
  workers: "workers:read",
  catalog: null,
  refresh: "catalog:refresh",
  store: "builds:manage",
  tokens: "admin",
} as const satisfies Record<string, ServerSchemas["Scope"] | null>;

/** Whether it is known without asking that a part isn't shown to whoever isn't signed in. */
export const isClosed = (part: keyof typeof SCOPE_OF, isSignedIn: boolean) => SCOPE_OF[part] !== null && !isSignedIn;
