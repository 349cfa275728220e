import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  CONFIG_FILE,
  type Contents,
  type DeviceVersion,
  fileFingerprint,
  fingerprint,
  servedBy,
  VERSIONS,
} from "./contents.ts";
import type { Place } from "./place.ts";

/** Path inside the release → what a reader finds there. */
export type Served = ReadonlyMap<string, string>;

/** Every file anybody can read at the device's places, links of Pawl's followed. */
export function readServed(place: Place): Served {
  const served = new Map<string, string>();
  look("web", place.web);
  look("api.mjs", place.api);
  return served;

  function look(name: string, path: string): void {
    const link = linkAt(path);
    // A link of Pawl's leads to another folder, one of the publisher's to its neighbour.
    if (link !== null && !link.includes("/")) {
      served.set(name, `link to ${link}`);
      return;
    }
    try {
      const stats = statSync(path);
      if (stats.isDirectory())
        for (const child of readdirSync(path).sort()) look(`${name}/${child}`, join(path, child));
      else served.set(name, fileFingerprint(readFileSync(path), stats.mode, stats.uid));
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (link !== null) served.set(name, `link that leads nowhere, to ${link}`);
    }
  }
}

/** Which version a device serves, wholly, or what is wrong with it when it is none. */
export type Verdict = { version: DeviceVersion } | { wrong: string };

/**
 * Names the one of `candidates` that is served, every file of it and nothing else. Waiting files of Pawl's and new
 * defaults beside an edited config file don't count. `leftovers`: what may be there besides.
 */
export function judge(served: Served, candidates: readonly DeviceVersion[], leftovers: Contents = {}): Verdict {
  const differences = candidates.map((version) => ({ version, wrong: differencesFrom(served, version, leftovers) }));
  const match = differences.find(({ wrong }) => wrong.length === 0);
  if (match) return { version: match.version };
  return { wrong: differences.map(({ version, wrong }) => `not ${version}: ${wrong.join(", ")}`).join("; ") };
}

/** Every version that could be there; for the message about one that mustn't. */
export const ANY: readonly DeviceVersion[] = VERSIONS;

function differencesFrom(served: Served, version: DeviceVersion, leftovers: Contents): string[] {
  const expected = new Map(Object.entries(servedBy(version)).map(([path, content]) => [path, fingerprint(content)]));
  const wrong: string[] = [];
  for (const [path, print] of expected) {
    const found = served.get(path);
    if (found === undefined) wrong.push(`${path} is missing`);
    else if (found !== print) wrong.push(`${path} is ${found} instead of ${print}`);
  }
  for (const [path, found] of served) {
    const leftover = leftovers[path];
    if (expected.has(path) || isPawls(path) || (leftover && fingerprint(leftover) === found)) continue;
    wrong.push(`${path} is there (${found})`);
  }
  return wrong;
}

function isPawls(path: string): boolean {
  return path === `${CONFIG_FILE}.pawl-new` || path.split("/").some((name) => name.startsWith(".pawl-"));
}

function linkAt(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
