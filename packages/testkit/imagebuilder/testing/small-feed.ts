import { indexes } from "../../mirror/build/feed.ts";
import { type MadePackage, madePackageFile } from "../../mirror/build/made-package.ts";
import type { PackageFile } from "../../mirror/formats/package-file.ts";
import type { Generation } from "../../mirror/world/package.ts";

/** A package of a feed made for one test: what isn't said is the usual. */
export interface SmallPackage extends Omit<MadePackage, "version" | "files"> {
  /** Default: `1.0-r1`. */
  version?: string;
  /** Path → content. Default: one file of its own. */
  files?: Readonly<Record<string, string>>;
  /** What the index says, if that isn't true. */
  installedSize?: number;
}

const TIME = 1_750_000_000;

/** A package's file. */
export function smallPackage(
  generation: Generation,
  { version = "1.0-r1", architecture = "mips_24kc", files, installedSize, ...given }: SmallPackage,
): PackageFile {
  const content = Object.entries(files ?? {}).map(([path, text]) => ({ path, content: Buffer.from(text) }));
  const made = { ...given, version, architecture, ...(files && { files: content }) };
  const file = madePackageFile(made, generation, TIME);
  return installedSize === undefined ? file : { ...file, installedSize };
}

/** Name → content of a feed's folder: its packages and its signed indexes. */
export function smallFeed(generation: Generation, packages: readonly SmallPackage[]): Map<string, Buffer> {
  const files = packages.map((given) => smallPackage(generation, given));
  const feed = { generation, indexVersion: 0 as const, architecture: "mips_24kc", time: TIME };
  return new Map([...indexes(files, feed), ...files.map(({ filename, bytes }) => [filename, bytes] as const)]);
}
