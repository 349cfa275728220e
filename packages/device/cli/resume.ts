import { stat } from "node:fs/promises";
import type { Config, Outcome } from "@pawl/protocol";
import { createApplier } from "../compose.ts";
import { loadConfig } from "../config.ts";
import { appPaths } from "../store/paths.ts";
import { peekApply } from "../store/view.ts";
import { becomeApiUser } from "../system/api-user.ts";
import { forEachApp } from "./each-app.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { localDoor } from "./local-door.ts";
import { isWayBack, olderBy } from "./older.ts";
import { rootsApps } from "./roots-apps.ts";
import { outcomeWords } from "./words.ts";

type ResumeIo = Pick<Io, "stdout" | "stderr" | "configPath" | "signal">;

/**
 * Goes on, in every app, with what a power cut or a kill interrupted: first with root's half, then, as the unprivileged
 * user, with downloads and with what waits for its window. Returns the exit code: of the first app that couldn't.
 */
export async function resume(io: ResumeIo): Promise<number> {
  const config = await loadConfig({ path: io.configPath(), env: {} });
  const goneOnWith = new Set<string>();
  const broken = new Set<string>();
  const roots = await forEachApp(await rootsApps(config), io, async (app) => {
    broken.add(app);
    const last = await resumeRoots(config, app, io.signal);
    if (last) goneOnWith.add(app);
    broken.delete(app);
    // Nobody else will speak of it.
    if (last && !config.apps[app]) io.stdout(`${app}: ${outcomeWords(last, false)}\n`);
  });
  // What follows belongs to the other side.
  becomeApiUser(config.state_dir);
  const others = await forEachApp(Object.keys(config.apps), io, async (app) => {
    const about = config.apps[app];
    if (!about || broken.has(app)) return;
    const door = await localDoor(config, io.configPath(), app, io.signal);
    try {
      if (await door.resume()) goneOnWith.add(app);
      await door.settled();
      const [last] = goneOnWith.has(app) ? await door.history(1) : [];
      io.stdout(`${app}: ${last ? outcomeWords(last, isWayBack(last, olderBy(about))) : "Nothing to do."}\n`);
    } finally {
      await door.close();
    }
  });
  return roots === EXIT.ok ? others : roots;
}

/** How that ended which there was to go on with; null: nothing was. Who may not change the device leaves it to root. */
async function resumeRoots(config: Config, app: string, signal: AbortSignal): Promise<Outcome | null> {
  const paths = appPaths(config.state_dir, app);
  const owner = (await stat(paths.apply.dir).catch(() => null))?.uid;
  const us = process.geteuid?.();
  if (us !== 0 && us !== owner) return null;
  // What root writes, the unprivileged side reads.
  process.umask(0o022);
  const { last: before } = await peekApply(paths);
  const { last } = await (await createApplier(config, app)).resume(signal);
  return last && last.id !== before?.id ? last : null;
}
