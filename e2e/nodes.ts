import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { OLDEST_NODE_FILE, ROOT } from "../scripts/bootstrap.mjs";

/** The one file that devices run. `npm test` builds it first. */
export const DEVICE_FILE = join(ROOT, "dist", "pawl-device.mjs");

/** A Node to run it on, by the name tests show. */
export interface NodeUnderTest {
  name: string;
  path: string;
  isThere: boolean;
}

/** The Node Pawl is developed with, the machine's own, and the oldest that devices have. */
export const NODES = {
  node24: { name: "Node 24", path: process.execPath, isThere: true },
  machinesOwn: machinesOwn(),
  node18: { name: "Node 18", path: OLDEST_NODE_FILE, isThere: existsSync(OLDEST_NODE_FILE) },
} satisfies Record<string, NodeUnderTest>;

/** The first `node` on PATH that isn't of this workspace. */
function machinesOwn(): NodeUnderTest {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const path = folders.map((folder) => join(folder, "node")).find(existsSync) ?? "";
  const version = path ? spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.trim() : "not there";
  return { name: `the machine's own Node (${version})`, path, isThere: path !== "" };
}
