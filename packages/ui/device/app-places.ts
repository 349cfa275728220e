import type { Router } from "../look/router.ts";

/** The pages of an app. */
export const PAGES = ["history", "log", "settings"] as const;
export type AppPage = (typeof PAGES)[number];
/** Their addresses. */
export type AppPlaces = Readonly<Record<AppPage, string>>;

export interface AppPlace {
  app: string;
  page: AppPage;
}

/** `apps/kitchen/log`; the history is what an app's own address shows. Null: no such place. Pure. */
export function appPlaceOf(path: string): AppPlace | null {
  const [, app, page = "history"] = /^apps\/([^/]+)(?:\/(log|settings))?$/.exec(path) ?? [];
  if (app === undefined) return null;
  return { app: decoded(app), page: PAGES.find((name) => name === page) ?? "history" };
}

export function appPlaces(router: Router, name: string): AppPlaces {
  const own = `apps/${encodeURIComponent(name)}`;
  return { history: router.href(own), log: router.href(`${own}/log`), settings: router.href(`${own}/settings`) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
