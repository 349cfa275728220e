import { FIRST, type Kind, SCENARIOS } from "./stages.ts";

/** What an address of the development server is about. */
export interface Place {
  /** Whose page it is: that of a program, or another dashboard with our chip in it. */
  site: Kind | "embed" | null;
  /** By kind, since a dashboard may ask both. */
  scenario: Readonly<Record<Kind, string>>;
  /** Where the page's root is, with a slash at both ends; all else is below. */
  root: string;
  /** Which program's API it is a call of. */
  api: Kind | null;
  /** The path below the root, with a slash in front. */
  path: string;
}

/** `/sites/device~rolled-back/apps/kitchen`: a program's pages, or `embed`, on the scenario that stands behind the tilde. */
const PLACE = /^\/(?:sites\/(device|server)|(embed))(?:~([\w-]+))?\//;

/** Which API a call is for, by its path below the page's root. */
const API: readonly (readonly [Kind, RegExp])[] = [
  ["server", /^\/(api\/v2|health|store)\//],
  ["device", /^\/api\//],
];

/** @param referer of a call that names no scenario itself: the page that made it does */
export function placeOf(pathname: string, referer: string | undefined): Place {
  const [root = "/", program, embed, name] = PLACE.exec(pathname) ?? [];
  const site = (program ?? embed ?? null) as Place["site"];
  const asked = name ?? (referer === undefined ? undefined : PLACE.exec(new URL(referer).pathname)?.[3]);
  const of = (kind: Kind) => (asked !== undefined && Object.hasOwn(SCENARIOS[kind], asked) ? asked : FIRST[kind]);
  const path = pathname.slice(root.length - 1);
  const api = API.find(([, pattern]) => pattern.test(path))?.[0] ?? null;
  return {
    site,
    scenario: { device: of("device"), server: of("server") },
    root,
    api,
    path,
  };
}

/** The same page on another scenario. */
export function onScenario({ site, path }: Place, scenario: string): string {
  return `/${site === "embed" ? site : `sites/${site}`}~${scenario}${path}`;
}
