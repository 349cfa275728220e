import { join } from "node:path";

/** Where everything of one app lies below the state folder (contract device-api.md §6). */
export interface AppPaths {
  /** Belongs to the unprivileged side. */
  api: {
    dir: string;
    state: string;
    order: string;
    cancel: string;
    downloads: string;
    cache: string;
    lock: string;
    log: string;
    history: string;
  };
  /** Belongs to root. The unprivileged side reads it. */
  apply: { dir: string; state: string; installed: string; lock: string; log: string; history: string };
}

export function appPaths(stateDir: string, app: string): AppPaths {
  const api = join(stateDir, app, "api");
  const apply = join(stateDir, app, "apply");
  return {
    api: {
      dir: api,
      state: join(api, "state.json"),
      order: join(api, "order.json"),
      cancel: join(api, "cancel"),
      downloads: join(api, "downloads"),
      cache: join(api, "cache"),
      lock: join(api, "lock"),
      log: join(api, "log"),
      history: join(api, "history.jsonl"),
    },
    apply: {
      dir: apply,
      state: join(apply, "state.json"),
      installed: join(apply, "installed.json"),
      lock: join(apply, "lock"),
      log: join(apply, "log"),
      history: join(apply, "history.jsonl"),
    },
  };
}
