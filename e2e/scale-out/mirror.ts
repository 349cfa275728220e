// The miniature mirror as a process of its own: mirror.ts --port N [--over FOLDER]
// What lies in the folder is served in place of what the miniature has there, or beside it.

import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { MirrorServer } from "@pawl/testkit";

const { values } = parseArgs({ options: { port: { type: "string" }, over: { type: "string" } } });
await using mirror = await MirrorServer.start({ port: Number(values.port ?? 0) });
const over = values.over;
if (over !== undefined) {
  const entries = await readdir(over, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    mirror.put(relative(over, path), await readFile(path));
  }
}
console.log(`listening on ${mirror.url}`);
await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
