// A process that may be killed while it carries over: preserve-process.ts <home> <method> <keep and config as JSON>

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { layoutOf } from "./layout.ts";
import type { Ownership, ReleaseTree } from "./ownership.ts";
import { ownershipOf } from "./ownership-fixture.ts";
import { preserve, preserveLate } from "./preserve.ts";

/** From 1.0.0 to 2.0.0. */
export async function carryOver(
  home: string,
  method: string,
  owners: Pick<Ownership, "keep" | "config">,
): Promise<void> {
  const carry = method === "preserve" ? preserve : preserveLate;
  await carry(await treeAt("1.0.0"), await treeAt("2.0.0"), ownershipOf(home, owners));

  // As the test wrote it: to load what checks it would take each of hundreds of processes longer than its work.
  async function treeAt(version: string): Promise<ReleaseTree> {
    const path = join(layoutOf(home).releases, version);
    return { path, manifest: JSON.parse(await readFile(join(path, "manifest.json"), "utf8")) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [home = "", method = "", owners = ""] = process.argv.slice(2);
  await carryOver(home, method, JSON.parse(owners));
}
