import { UpstreamError } from "../../catalog/upstream/error.ts";
import { parseProfilesJson } from "../../catalog/upstream/profiles-json.ts";
import { BuildError, type MadeFile, type MadeImage } from "../types.ts";
import { boundedFile } from "./bounded-file.ts";
import { sha256Of } from "./hashes.ts";

/** What an ImageBuilder says it has made, as far as the files bear it out. */
export interface BuildOutcome {
  images: readonly MadeImage[];
  versionCode: string;
  versionNumber: string;
  sourceDateEpoch: number;
  /** The fields of profiles.json but `profiles`. */
  target: Readonly<Record<string, unknown>>;
  profile: Readonly<Record<string, unknown>>;
}

const LONGEST = 16 * 1024 * 1024;

/**
 * Reads `profiles.json` of an output folder that was empty before, and every image that it lists (imagebuilder §6, §9). Each has to be
 * there with the bytes it is listed with: on a full disk a truncated one stays behind. One that was packed after it was listed, and is
 * listed without its `.gz`, is compared by what is in it.
 * @returns null when there is no profiles.json, or no image of the profile in it: nothing was made
 * @throws BuildError build_failed
 */
export async function readOutcome(
  files: readonly MadeFile[],
  { target, profile, signal }: { target: string; profile: string; signal: AbortSignal },
): Promise<BuildOutcome | null> {
  const document = files.find(({ name }) => name === "profiles.json");
  if (document === undefined) return null;
  const parsed = await parse(document, target);
  const listed = parsed.profiles.get(profile);
  if (listed === undefined) return null;
  const entries = (listed.raw.images ?? []) as readonly ListedImage[];
  if (entries.length === 0) return null;
  const images: MadeImage[] = [];
  for (const entry of entries) images.push(await imageOf(entry, files, signal));
  return {
    images,
    versionCode: parsed.versionCode,
    versionNumber: parsed.versionNumber,
    sourceDateEpoch: parsed.sourceDateEpoch ?? 0,
    target: parsed.raw,
    profile: { ...listed.raw, images: entries.map((entry, i) => ({ ...entry, name: images[i]?.name ?? entry.name })) },
  };
}

/** As `parseProfilesJson` has found it to be. */
interface ListedImage {
  name: string;
  sha256?: string;
  sha256_unsigned?: string;
  type?: unknown;
  filesystem?: unknown;
}

async function parse({ path }: MadeFile, target: string) {
  try {
    const text = (await boundedFile(path, LONGEST, "build_failed")) ?? "";
    return parseProfilesJson(Buffer.from(text), target, "the build's profiles.json");
  } catch (cause) {
    if (cause instanceof UpstreamError) throw new BuildError("build_failed", cause.message, { cause });
    throw cause;
  }
}

async function imageOf(entry: ListedImage, files: readonly MadeFile[], signal: AbortSignal): Promise<MadeImage> {
  const plain = files.find(({ name }) => name === entry.name);
  const file = plain ?? files.find(({ name }) => name === `${entry.name}.gz`);
  if (file === undefined) throw new BuildError("build_failed", `profiles.json lists ${entry.name}, which wasn't made.`);
  if (entry.sha256 !== undefined) {
    const found = await sha256Of(file.path, { unpacked: plain === undefined, signal });
    if (found !== entry.sha256) {
      throw new BuildError("build_failed", `${file.name} isn't what profiles.json lists: it has another sha256.`);
    }
  }
  return {
    ...file,
    type: typeof entry.type === "string" ? entry.type : "unknown",
    filesystem: typeof entry.filesystem === "string" ? entry.filesystem : null,
    sha256Unsigned: entry.sha256_unsigned ?? null,
  };
}
