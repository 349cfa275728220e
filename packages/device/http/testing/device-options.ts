import { type AuthConfig, Config } from "@pawl/protocol";
import type { TempDir } from "@pawl/testkit";
import type { Clock } from "../../system/types.ts";
import type { Pages } from "../pages/packed-pages.ts";

export interface DeviceOptions {
  /** Default: any free port of 127.0.0.1. */
  listen?: string;
  auth?: Partial<AuthConfig>;
  /** Names of tokens that exist before it listens. */
  tokens?: readonly string[];
  /** Default: one, `kitchen`. All of them install the same releases. */
  apps?: readonly string[];
  keepaliveMs?: number;
  /** Default: none. */
  pages?: Pages;
  /** Default: real time, without the waits. */
  clock?: Clock;
  /** How long a release has to show that it works. Default: long enough for a busy machine; shorter where one doesn't work. */
  within?: string;
  /** More of each app's part of pawl.yaml, by its home. */
  app?: Record<string, unknown> | ((home: string) => Record<string, unknown>);
}

/** The pawl.yaml of such a device, all of it in a temporary folder. */
export function configOf(
  temp: TempDir,
  hostUrl: string,
  { listen = "127.0.0.1:0", apps = ["kitchen"], within = "5s", app: more = {} }: DeviceOptions,
): Config {
  const app = (name: string) => {
    const home = temp.join("apps", name);
    return {
      title: `The ${name}`,
      source: { http: { url: `${hostUrl}/index.json` } },
      install: { bundle: { home } },
      health: [{ command: ["test", "!", "-e", `${home}/current/broken`], within, steady: "0ms" }],
      ...(typeof more === "function" ? more(home) : more),
    };
  };
  return Config.parse({
    listen: listen.replace("TEMP", temp.path),
    state_dir: temp.join("state"),
    apps: Object.fromEntries(apps.map((name) => [name, app(name)])),
  });
}
