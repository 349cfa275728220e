import { join } from "node:path";
import { Config } from "@pawl/protocol";
import { CONFIG_FILE, KEEP_PATTERN } from "./contents.ts";

export type LayoutName = "symlink" | "copy";

/** Where everything of the device lies on the mounted disk. */
export interface Place {
  root: string;
  state: string;
  home: string;
  web: string;
  api: string;
  versionFile: string;
}

export const APP = "kitchen";
export const SERVICE_COMMAND = "kitchen-service";
export const HEALTH_COMMAND = "kitchen-health";

export function placeAt(root: string): Place {
  return {
    root,
    state: join(root, "state"),
    home: join(root, "opt"),
    web: join(root, "www", "kitchen"),
    api: join(root, "bin", "kitchen-api"),
    versionFile: join(root, "etc", "version"),
  };
}

/** What `pawl.yaml` of the device would say. `releases`: the folder they come from, which is on another disk. */
export function configOf(place: Place, layout: LayoutName, releases: string): Config {
  return Config.parse({
    state_dir: place.state,
    hooks_dir: join(place.root, "hooks"),
    apps: {
      [APP]: {
        source: { directory: { path: releases } },
        install: {
          bundle: {
            layout,
            home: place.home,
            map: { "web/": place.web, "api.mjs": place.api },
            keep: [KEEP_PATTERN],
            config: [CONFIG_FILE],
          },
        },
        services: [{ command: { start: [SERVICE_COMMAND, "start"], stop: [SERVICE_COMMAND, "stop"] } }],
        health: [{ command: [HEALTH_COMMAND], within: "0s", steady: "0s" }],
        version_file: place.versionFile,
      },
    },
  });
}
