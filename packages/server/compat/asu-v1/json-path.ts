/** What is asked for below `/json/v1/` (or `/json/`, before 2021). */
export type JsonPath =
  | { kind: "target-packages"; versionPath: string; target: string }
  | { kind: "architecture-packages"; packagesPath: string; architecture: string }
  | { kind: "profile"; versionPath: string; target: string; profile: string };

/** Everything upstream uses in names of folders, architectures and profiles. */
const SEGMENT = /^[\w.,+~@-]{1,200}$/;

/**
 * Reads `releases/24.10.1/targets/ath79/generic/index.json` and its like; null for what can't be one of them. Repeated
 * slashes count as one: auc before 2021 writes two.
 */
export function parseJsonPath(path: string): JsonPath | null {
  const segments = segmentsOf(path);
  const file = segments?.pop();
  if (!segments || !file?.endsWith(".json")) return null;
  const name = file.slice(0, -".json".length);
  const ofTarget = splitTarget(segments);
  if (ofTarget) return name === "index" ? { kind: "target-packages", ...ofTarget } : profileOf(name, ofTarget);
  if (!name.endsWith("-index") || segments.length === 0) return null;
  const architecture = name.slice(0, -"-index".length);
  return architecture === "" ? null : { kind: "architecture-packages", packagesPath: segments.join("/"), architecture };
}

function profileOf(profile: string, of: { versionPath: string; target: string }): JsonPath | null {
  return profile === "" ? null : { kind: "profile", ...of, profile };
}

/** `…/targets/ath79/generic` → the version's folder and the target. */
function splitTarget(segments: readonly string[]): { versionPath: string; target: string } | null {
  if (segments.length < 4 || segments.at(-3) !== "targets") return null;
  return { versionPath: segments.slice(0, -3).join("/"), target: segments.slice(-2).join("/") };
}

function segmentsOf(path: string): string[] | null {
  let plain: string;
  try {
    plain = decodeURIComponent(path);
  } catch {
    return null;
  }
  const segments = plain.split("/").filter((segment) => segment !== "");
  return segments.every((segment) => SEGMENT.test(segment) && segment !== "." && segment !== "..") ? segments : null;
}
