import { BuildError } from "../types.ts";

/** What an ImageBuilder says of itself: `make info` (imagebuilder §5). */
export interface ImageBuilderInfo {
  /** `ath79/generic` */
  target: string;
  /** `r28427-6df0e3d02a` */
  revision: string;
  /** In its own order. */
  defaultPackages: readonly string[];
  /** By name, in its own order. */
  profiles: ReadonlyMap<string, InfoProfile>;
}

export interface InfoProfile {
  /** Null for a nameless one. */
  title: string | null;
  /** `-name` takes one of the defaults away. */
  packages: readonly string[];
}

/** Reads what `make info` has printed. @throws BuildError build_failed */
export function parseInfo(lines: readonly string[]): ImageBuilderInfo {
  const begin = lines.indexOf("Available Profiles:");
  const head = begin === -1 ? lines : lines.slice(0, begin);
  return {
    target: quoted(head, "Current Target"),
    revision: quoted(head, "Current Revision"),
    defaultPackages: words(fieldIn(head, "Default Packages") ?? unreadable("Default Packages")),
    profiles: profilesOf(begin === -1 ? unreadable("Available Profiles") : lines.slice(begin + 1)),
  };
}

/**
 * A profile is a line with its name and a colon, then indented lines: its title, unless it has none, and `Key: value`. A title may have
 * a colon too, so it is what comes before the packages.
 */
function profilesOf(lines: readonly string[]): ReadonlyMap<string, InfoProfile> {
  const profiles = new Map<string, { title: string | null; packages: readonly string[] | null }>();
  let profile: { title: string | null; packages: readonly string[] | null } | null = null;
  for (const line of lines) {
    const [, name] = /^(\S+):$/.exec(line) ?? [];
    if (name !== undefined) {
      profile = { title: null, packages: null };
      profiles.set(name, profile);
    } else if (profile !== null && line.startsWith("    ") && profile.packages === null) {
      const [, packages] = /^ {4}Packages:(?: (.*))?$/.exec(line) ?? [];
      if (/^ {4}Packages:/.test(line)) profile.packages = words(packages ?? "");
      else profile.title ??= line.trim();
    }
  }
  return new Map([...profiles].map(([name, { title, packages }]) => [name, { title, packages: packages ?? [] }]));
}

function quoted(lines: readonly string[], key: string): string {
  return /^"(.*)"$/.exec(fieldIn(lines, key) ?? "")?.[1] ?? unreadable(key);
}

function fieldIn(lines: readonly string[], key: string): string | null {
  const line = lines.find((text) => text.startsWith(`${key}:`));
  return line === undefined ? null : line.slice(key.length + 1).trim();
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function unreadable(key: string): never {
  throw new BuildError("build_failed", `The ImageBuilder's "make info" doesn't say its ${key}.`);
}
