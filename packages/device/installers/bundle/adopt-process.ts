// A process that may be killed while it adopts: adopt-process.ts <folder of the device> <home>

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { adopt } from "./adopt.ts";
import { releasePaths } from "./adopt-ahead.ts";
import { adoptPartsOf, atOnce, bundleOf, report } from "./adopt-fixture.ts";
import { ownershipOf } from "./ownership-fixture.ts";
import { readTreeManifest } from "./tree-manifest.ts";

/** What stands there becomes 0.9.0, with the eyes of 1.0.0. */
export async function adoptByHand(dir: string, home: string): Promise<string> {
  const bundle = bundleOf(dir, { home });
  const manifest = await readTreeManifest(join(home, "releases/1.0.0"));
  const lists = releasePaths(manifest, ownershipOf(home, bundle));
  return adopt(adoptPartsOf(dir, bundle), { tree: "0.9.0", version: "0.9.0", lists }, report, atOnce);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dir = "", home = ""] = process.argv.slice(2);
  await adoptByHand(dir, home);
}
