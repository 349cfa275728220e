import { dirname } from "node:path";
import { appPaths, devicePaths } from "../../store/paths.ts";
import { SECURE_PATH } from "../../system/roots-environment.ts";
import { API_USER } from "../things/user.ts";
import { UNPRIVILEGED, UNPRIVILEGED_WITH_SUDO } from "./hardening.ts";
import { list, quoted, type Section } from "./text.ts";
import type { UnitFacts } from "./types.ts";

/** What the services of the unprivileged side have in common: whose they are, and what they may write. */
export function unprivileged({ config, way }: UnitFacts): Section {
  const own = [
    devicePaths(config.state_dir).dir,
    ...Object.keys(config.apps).map((app) => apiDir(config, app)),
    // An earlier updater's file is replaced whole, in its own folder; whether that is allowed its modes say.
    ...Object.values(config.apps).flatMap(({ channel_file }) =>
      channel_file === undefined ? [] : dirname(channel_file),
    ),
  ];
  return [
    `User=${API_USER}`,
    `Group=${API_USER}`,
    // Where `pawl setup` has looked for the Node that runs it.
    `Environment=PATH=${SECURE_PATH}`,
    "UMask=0022",
    // With sudo the whole of /usr and /etc, and not all: it writes below /run.
    way === "sudo" ? "ProtectSystem=full" : "ProtectSystem=strict",
    // A minus: an app whose folder has gone doesn't keep the others from working.
    list(
      "ReadWritePaths",
      own.map((path) => `-${quoted(path)}`),
    ),
    // A directory source may lie there.
    "ProtectHome=read-only",
    "PrivateTmp=yes",
    ...(way === "sudo" ? UNPRIVILEGED_WITH_SUDO : UNPRIVILEGED),
  ];
}

function apiDir({ state_dir }: UnitFacts["config"], app: string): string {
  return appPaths(state_dir, app).api.dir;
}
