import { join } from "node:path";

/** Where everything of one app lies below the state folder (contract device-api.md §6). */
export interface AppPaths {
  /** Belongs to the unprivileged side. */
  api: {
    dir: string;
    state: string;
    /** What the owner has chosen. */
    settings: string;
    settingsLock: string;
    /** When it was last done by itself what is done every day. */
    nightly: string;
    nightlyLock: string;
    /** Notices that are on their way, and those that got there. */
    notices: string;
    noticesLock: string;
    order: string;
    cancel: string;
    downloads: string;
    cache: string;
    /** What interpreters of Python said of themselves. */
    python: string;
    lock: string;
    log: string;
    history: string;
  };
  /** Belongs to root. The unprivileged side reads it. */
  apply: {
    dir: string;
    state: string;
    /** What the newest update began with. */
    config: string;
    installed: string;
    /** What interpreters of Python said of themselves, to root. */
    python: string;
    /** Copy layout: the earlier releases, unless `backup_dir` names another place. */
    backups: string;
    lock: string;
    log: string;
    history: string;
  };
}

/** What belongs to the unprivileged side and to no app. No app's name begins with a dot. */
export interface DevicePaths {
  dir: string;
  tokens: string;
  tokensLock: string;
  /** The command line's own token. */
  cliToken: string;
  sessionKey: string;
  /** Held while the timer is set. */
  scheduleLock: string;
  /** `pawl.yaml` as it was understood last. */
  config: string;
}

export function devicePaths(stateDir: string): DevicePaths {
  const dir = join(stateDir, ".api");
  return {
    dir,
    tokens: join(dir, "tokens.json"),
    tokensLock: join(dir, "tokens.lock"),
    cliToken: join(dir, "cli-token"),
    sessionKey: join(dir, "session.key"),
    scheduleLock: join(dir, "schedule.lock"),
    config: join(dir, "config.json"),
  };
}

export function appPaths(stateDir: string, app: string): AppPaths {
  const api = join(stateDir, app, "api");
  const apply = join(stateDir, app, "apply");
  return {
    api: {
      dir: api,
      state: join(api, "state.json"),
      settings: join(api, "settings.json"),
      settingsLock: join(api, "settings.lock"),
      nightly: join(api, "nightly.json"),
      nightlyLock: join(api, "nightly.lock"),
      notices: join(api, "notices.json"),
      noticesLock: join(api, "notices.lock"),
      order: join(api, "order.json"),
      cancel: join(api, "cancel"),
      downloads: join(api, "downloads"),
      cache: join(api, "cache"),
      python: join(api, "python.json"),
      lock: join(api, "lock"),
      log: join(api, "log"),
      history: join(api, "history.jsonl"),
    },
    apply: {
      dir: apply,
      state: join(apply, "state.json"),
      config: join(apply, "config.json"),
      installed: join(apply, "installed.json"),
      python: join(apply, "python.json"),
      backups: join(apply, "backups"),
      lock: join(apply, "lock"),
      log: join(apply, "log"),
      history: join(apply, "history.jsonl"),
    },
  };
}

/** Where this process remembers what interpreters of Python said: root believes no file of the other side's, which can't write root's. */
export function pythonCacheOf(paths: AppPaths): string {
  return process.geteuid?.() === 0 ? paths.apply.python : paths.api.python;
}
