import { join } from "node:path";
import type { Manifest } from "@pawl/protocol";
import { currentTree, type Layout } from "../../bundle/layout.ts";
import { plannedTree } from "../../bundle/tree.ts";
import type { Need } from "../../types.ts";
import { readInventory } from "./inventory.ts";

const MIB = 1024 ** 2;

/** What a first release takes when nothing is known of it: a service with some libraries, in bytes and files. */
const FIRST_BYTES = 96 * MIB;
const FIRST_INODES = 4000;

/** What building takes besides for a while: the files twice, what it makes of them, and what is fetched. */
const COPIES = 3;

/** The disk space a release takes: about what the one in place takes, and room to build it. Reads only. */
export async function venvNeeds(layout: Layout, manifest: Manifest): Promise<Need[]> {
  const current = await currentTree(layout);
  const known = current === null ? null : await readInventory(join(layout.releases, current));
  const source = manifest.bundle?.unpacked_size ?? 0;
  const files = manifest.files.length + plannedTree(manifest).folders.size;
  const [bytes, inodes] = known ? [known.bytes * 1.5, known.count * 1.1] : [FIRST_BYTES, FIRST_INODES];
  return [
    {
      path: layout.home,
      bytes: Math.ceil(bytes + COPIES * source),
      inodes: Math.ceil(inodes + COPIES * files),
      purpose: "building and installing",
      writable: true,
    },
  ];
}
