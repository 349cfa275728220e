import { createHash } from "node:crypto";
import { defaultsHash, imageHash } from "./hashes.ts";
import type { FinishedBuild } from "./image-facts.ts";
import { listedVersion } from "./version-names.ts";

/** What the first generation calls an image. */
export interface ImageName {
  hash: string;
  manifestHash: string;
  /** Below `/download/` and `/json/`, without slashes around it. */
  path: string;
}

/** Hex digits of the hashes: as clients know them, and longer ones for an image whose short ones another one has. */
const LENGTHS = [15, 32, 64] as const;

/**
 * The names that a build's image may have, the usual one first, and what makes it the same image as another build's. Hashes of
 * 60 bits say which image is meant, not that it is the same one. (asu-v0 §2.1) Pure.
 */
export function imageNames(build: FinishedBuild): {
  identity: string;
  defaultsHash: string | null;
  names: readonly ImageName[];
} {
  const { distribution, version, target, profile, defaults } = build.inputs;
  const manifest = manifestSum(build);
  const ofDefaults = defaults === null ? null : defaultsHash(defaults);
  const image = { distro: distribution, version: listedVersion(version), target, profile };
  const folder = [...(ofDefaults === null ? [] : ["custom", ofDefaults]), ...Object.values(image)].join("/");
  const names = LENGTHS.map((digits) => {
    const short = manifest.slice(0, digits);
    const hash = imageHash({ ...image, defaultsHash: ofDefaults ?? "", manifestHash: short }, digits);
    return { hash, manifestHash: short, path: `${folder}/${short}` };
  });
  const identity = sha256(
    JSON.stringify([...Object.values(image), defaults === null ? null : sha256(defaults), manifest]),
  );
  return { identity, defaultsHash: ofDefaults, names };
}

/** Of the `.manifest` file's bytes as they were read back from the store; contract server.md §2. */
function manifestSum({ result: { files, manifest } }: FinishedBuild): string {
  const file = files.find(({ name }) => name.endsWith(".manifest"));
  if (file) return file.sha256;
  return sha256(
    Object.entries(manifest)
      .map(([name, version]) => `${name} - ${version}\n`)
      .join(""),
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
