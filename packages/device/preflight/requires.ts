import type { Manifest, Requires } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { isArch } from "./arch.ts";
import { parseRange } from "./range.ts";

const MIB = 1024 * 1024;

/** What this device is and has. */
export interface Platform {
  /** Versions. */
  pawl: string;
  node: string;
  /** `linux`, and what os-release(5) calls it and what it is like. */
  os: readonly string[];
  arch: string;
  machine: string;
}

export interface Having extends Platform {
  /** Null when it isn't there. */
  python: string | null;
  totalMemoryBytes: number;
}

/**
 * Whether this device is what a release is for (contract device-api.md §6, `requires`). Pure. Gives UpdateError
 * `requires_unmet` with everything that is amiss in one sentence, or `bad_manifest` for a range that is none.
 */
export function assessRequires(
  { version, requires = {} }: Pick<Manifest, "version" | "requires">,
  has: Having,
): UpdateError | null {
  const versions = [
    { key: "pawl", name: "Pawl", has: has.pawl },
    { key: "node", name: "Node", has: has.node },
    { key: "python", name: "Python", has: has.python },
  ] as const;
  const unmet: string[] = [];
  for (const { key, name, has } of versions) {
    const text = requires[key];
    if (text === undefined) continue;
    const range = parseRange(text);
    if (!range) return badRange(version, key, text);
    if (has === null || !range.includes(has)) unmet.push(`${name} ${range.words} (this device has ${has ?? "none"})`);
  }
  unmet.push(...unmetPlaces(requires, has));
  if (unmet.length === 0) return null;
  return new UpdateError("requires_unmet", `${version} isn't for this device: it needs ${listed(unmet)}.`, { version });
}

function unmetPlaces({ os, arch, memory_mb }: Requires, has: Having): string[] {
  const unmet: string[] = [];
  if (os && !os.some((name) => has.os.includes(name.toLowerCase()))) {
    unmet.push(`${os.join(" or ")} (this device runs ${has.os.slice(0, 2).reverse().join(" on ")})`);
  }
  if (arch && !arch.some((name) => isArch(name, has))) {
    unmet.push(`a processor of the kind ${arch.join(" or ")} (this device's is ${has.machine})`);
  }
  if (memory_mb !== undefined && has.totalMemoryBytes < memory_mb * MIB) {
    unmet.push(`${memory_mb} MiB of memory (this device has ${Math.floor(has.totalMemoryBytes / MIB)} MiB)`);
  }
  return unmet;
}

function listed(things: readonly string[]): string {
  const last = things.at(-1) ?? "";
  return things.length < 2 ? last : `${things.slice(0, -1).join(", ")} and ${last}`;
}

function badRange(version: string, key: string, text: string): UpdateError {
  const message = `The manifest of ${version} asks for ${key} "${text}", which is no range of versions. Its publisher has to correct that.`;
  return new UpdateError("bad_manifest", message, { version, detail: `requires.${key}` });
}
