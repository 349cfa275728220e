import type { ServerSchemas } from "./server.ts";

export type Filesystem = NonNullable<ServerSchemas["BuildRequest"]["filesystem"]>;

/** As the API takes them. */
export const FILESYSTEMS = [
  "squashfs",
  "ext4",
  "ubifs",
  "erofs",
  "jffs2",
  "jffs2-nand",
  "targz",
  "cpiogz",
] as const satisfies readonly Filesystem[];

/** What somebody has chosen so far: all of it is in the page's address, but for the first-boot script. */
export interface ImageChoices {
  /** Null: the server's first. */
  distribution: string | null;
  /** Null: the newest stable one. */
  version: string | null;
  /** Target and profile are chosen together; null: not yet. */
  target: string | null;
  profile: string | null;
  /** Besides what the device has anyway; `-name` leaves one out. */
  packages: readonly string[];
  /** Null: all that the device has. */
  filesystem: Filesystem | null;
  rootfsSizeMb: number | null;
  /** The build that came of them; null: none was asked for yet. */
  build: string | null;
}

/** The same that the API asks for, so that a link's leftovers never become a request it refuses. */
const NAME = /^[A-Za-z0-9._+-]{1,128}$/;
const TARGET = /^[A-Za-z0-9._+-]{1,64}\/[A-Za-z0-9._+-]{1,64}$/;
const PACKAGE = /^-?[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
const MOST_PACKAGES = 500;

/** What an address says; what can't be meant is left out. */
export function choicesOf(query: URLSearchParams): ImageChoices {
  const of = (name: string, pattern: RegExp) => {
    const value = query.get(name) ?? "";
    return pattern.test(value) ? value : null;
  };
  const target = of("target", TARGET);
  const profile = of("profile", NAME);
  const isDevice = target !== null && profile !== null;
  const rootfs = of("rootfs", /^-?\d{1,9}$/);
  return {
    distribution: of("distribution", NAME),
    version: of("version", NAME),
    target: isDevice ? target : null,
    profile: isDevice ? profile : null,
    packages: packageNames(query.get("packages") ?? ""),
    filesystem: FILESYSTEMS.find((each) => each === query.get("filesystem")) ?? null,
    rootfsSizeMb: rootfs === null ? null : Number(rootfs),
    build: of("build", /^[0-9A-Za-z-]{1,64}$/),
  };
}

/** The address's query; empty values are left out of it. */
export function queryOf(choices: ImageChoices): Record<string, string> {
  const { distribution, version, target, profile, packages, filesystem, rootfsSizeMb, build } = choices;
  return {
    distribution: distribution ?? "",
    version: version ?? "",
    target: target ?? "",
    profile: profile ?? "",
    packages: packages.join(" "),
    filesystem: filesystem ?? "",
    rootfs: rootfsSizeMb === null ? "" : String(rootfsSizeMb),
    build: build ?? "",
  };
}

/** The choices that a build was asked for with. */
export function choicesOfBuild(build: ServerSchemas["Build"]): ImageChoices {
  const { distribution, version, target, profile, packages, rootfs_size_mb, id } = build;
  const filesystem = FILESYSTEMS.find((each) => each === build.filesystem) ?? null;
  return { distribution, version, target, profile, packages, filesystem, rootfsSizeMb: rootfs_size_mb, build: id };
}

/** Names as somebody writes or pastes them: with spaces, commas or lines between. Each once; the last word about one counts. */
export function packageNames(text: string): string[] {
  const names = new Map<string, string>();
  for (const word of text.split(/[\s,]+/)) {
    const name = word.replace(/^\+/, "");
    if (!PACKAGE.test(name)) continue;
    names.delete(plainName(name));
    names.set(plainName(name), name);
  }
  return [...names.values()].slice(0, MOST_PACKAGES);
}

/** Several names at once, as from another image's list, or what is to be left out; none: it is something to look for. */
export function pastedNames(text: string): string[] {
  const typed = text.split(/[\s,]+/).filter(Boolean);
  const isList = typed.every((word) => packageNames(word).length === 1);
  return isList && (typed.length > 2 || typed.some((word) => word.startsWith("-"))) ? packageNames(text) : [];
}

/** Without the `-` that leaves it out. */
export const plainName = (name: string) => name.replace(/^-/, "");

/** With one more asked for, or left out: whatever was said of it before. */
export const withPackage = (packages: readonly string[], name: string) => packageNames([...packages, name].join(" "));

/** As if nothing had been said of it. */
export const withoutPackage = (packages: readonly string[], name: string) =>
  packages.filter((each) => plainName(each) !== plainName(name));
