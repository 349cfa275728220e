import { gzipSync } from "node:zlib";
import type { MirrorServer } from "@pawl/testkit";

/** Feeds big enough that reading one of them takes a while. */
const FEEDS = ["luci", "packages", "routing"] as const;
const FOLDER = "releases/packages-24.10/x86_64";
const LEAST = 6_000;

/** All packages of the feeds are of one generation: their versions say which, and so does how many there are. */
export function publishGeneration(mirror: MirrorServer, generation: number): void {
  for (const feed of FEEDS) {
    const stanzas = Array.from({ length: countOf(generation) }, (_, n) => stanza(`${feed}-${n}`, generation));
    mirror.put(`${FOLDER}/${feed}/Packages.gz`, gzipSync(stanzas.join(""), { level: 1 }));
  }
}

/** Where the mirror is asked for what has been published. */
export const PUBLISHED = "**/x86_64/luci/Packages.gz";

/**
 * The generation of each feed, from an index of all of them.
 * @throws when a feed has packages of two, or fewer or more than its generation has
 */
export function generationsOf(index: Readonly<Record<string, string>>): number[] {
  return FEEDS.map((feed) => {
    const versions = Object.entries(index).filter(([name]) => name.startsWith(`${feed}-`) && /-\d+$/.test(name));
    const seen = new Set(versions.map(([, version]) => version));
    const generation = Number.parseInt([...seen][0] ?? "", 10);
    if (seen.size !== 1) throw new Error(`${feed} has packages of generations ${[...seen]}`);
    if (versions.length !== countOf(generation))
      throw new Error(`${feed} ${generation} has ${versions.length} packages`);
    return generation;
  });
}

function countOf(generation: number): number {
  return LEAST + 100 * generation;
}

function stanza(name: string, generation: number): string {
  return `Package: ${name}\nVersion: ${generation}-r1\nArchitecture: x86_64\nSize: ${1000 + generation}\nDescription: ${name} of generation ${generation}\n\n`;
}
