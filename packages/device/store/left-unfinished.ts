import { AppName } from "@pawl/protocol";
import { namesIn } from "./atomic-file.ts";
import { appPaths } from "./paths.ts";
import { jsonOrNull } from "./record.ts";
import { readUntrusted } from "./untrusted-file.ts";

/** No record of ours is larger, in bytes. */
const MAX_BYTES = 32 * 1024 * 1024;

/** An app by its folder, with an update of which root's side isn't done. */
export interface LeftUnfinished {
  app: string;
  /** `switching`, `testing`, …; null: the record can't be read. */
  doing: string | null;
}

/** Every app below the state folder that root's side has something left to do for, whatever `pawl.yaml` says. Reads only. */
export async function leftUnfinished(stateDir: string): Promise<LeftUnfinished[]> {
  const apps = namesIn(stateDir)
    .filter((name) => AppName.safeParse(name).success)
    .sort();
  const found = await Promise.all(
    apps.map(async (app) => ({ app, doing: await doingIn(appPaths(stateDir, app).apply.state) })),
  );
  return found.filter(({ doing }) => doing !== "idle");
}

async function doingIn(path: string): Promise<string | null> {
  try {
    const bytes = await readUntrusted(path, MAX_BYTES);
    // Nothing was ever begun.
    if (bytes === null) return "idle";
    const record = jsonOrNull(bytes.toString("utf8")) as { engine?: { status?: unknown } } | null;
    const status = record?.engine?.status;
    return typeof status === "string" ? status : null;
  } catch {
    return null;
  }
}
