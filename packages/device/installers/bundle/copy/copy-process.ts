// A process that may be killed while it works: copy-process.ts <bench's folder> <step> <move as JSON>

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BundleInstall, Move } from "@pawl/protocol";
import { InstalledStore } from "../../../store/installed.ts";
import { run } from "../../../system/run.ts";
import type { Installer } from "../../types.ts";
import { bundleInstaller } from "../index.ts";

export type Step = "backUp" | "switchTo" | "switchBack";

/** What the engine's record would say: which step is done. */
export const DONE = "backed-up";

export async function step(installer: Installer, name: Step, move: Move): Promise<void> {
  const report = { line: () => undefined, advance: () => undefined };
  await installer[name](move, report);
}

export function installerAt(dir: string): Installer {
  return bundleInstaller({
    config: BundleInstall.parse(benchConfig(dir)),
    installed: new InstalledStore(join(dir, "state/installed.json")),
    backupDir: join(dir, "state/backups"),
    versionBefore: async () => null,
    run,
    source: "https://example.org/index.json",
    now: () => new Date("2025-05-01T12:00:00Z"),
  });
}

/** Of a bench in a folder. It stands here, as to load all of the bench would take each of a hundred processes longer than its work. */
export function benchConfig(dir: string) {
  return {
    layout: "copy",
    map: { "web/": join(dir, "www/app"), "tool.py": join(dir, "bin/tool.py") },
    keep: ["web/data/**"],
    config: ["web/own.json"],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dir = "", steps = "", move = "{}"] = process.argv.slice(2);
  for (const name of steps.split(",")) {
    await step(installerAt(dir), name as Step, Move.parse(JSON.parse(move)));
    if (name === "backUp") writeFileSync(join(dir, DONE), "");
  }
}
