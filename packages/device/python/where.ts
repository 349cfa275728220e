import type { PipInstall } from "@pawl/protocol";
import type { Where } from "./environment.ts";

/** The environment that an app's releases are in. */
export function environmentOf(config: Pick<PipInstall, "mode" | "home" | "python" | "user_home">): Where {
  const { mode, home } = config;
  return mode === "venv" && home !== undefined ? { venv: `${home}/current` } : pythonOf(config);
}

/** The one that an app's Python has by itself. */
export function pythonOf({ python, user_home }: Pick<PipInstall, "python" | "user_home">): Where {
  return { python, userHome: user_home ?? null };
}
