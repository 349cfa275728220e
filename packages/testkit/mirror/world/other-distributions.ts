import { parseRows } from "./package.ts";
import { type Release, releaseNamed } from "./releases.ts";

/**
 * Juno: a distribution of its own at `juno/`, with other numbers and one target, and no `.versions.json`. Its packages
 * are those of an older branch.
 */
export const JUNO_RELEASES: readonly Release[] = [juno("3.0.2", "24.10.5"), juno("3.1.0", "25.12.0")];

function juno(name: string, like: string): Release {
  return {
    ...releaseNamed(like),
    name,
    path: `juno/releases/${name}`,
    feedsPath: `juno/releases/${name}/packages`,
    imagePrefix: `juno-${name}`,
    targets: ["x86/64"],
  };
}

/** Lime: feeds at `lime/<version>/<architecture>/` that come on top of a parent's release. */
export const LIME_VERSIONS: readonly { name: string; parent: string }[] = [
  { name: "2024.1", parent: "24.10.5" },
  { name: "master", parent: "25.12.1" },
];

export const LIME_FEED = parseRows(`
lime-system | lime | 24.10:2024.1-1 25.12:2025.11.20~8d3f4a1c-1 | lua libubox | LibreMesh system | all
lime-proto-babeld | lime | 24.10:2024.1-1 25.12:2025.11.20~8d3f4a1c-1 | lime-system babeld | LibreMesh babeld proto | all
lime-proto-batadv | lime | 24.10:2024.1-1 25.12:2025.11.20~8d3f4a1c-1 | lime-system kmod-batman-adv batctl-default | LibreMesh batman-adv proto | all
lime-app | lime | 24.10:0.2.33-1 25.12:0.3.0-1 | lime-system rpcd uhttpd | LimeApp | all
lime-docs-minimal | lime | 24.10:2024.1-1 25.12:2025.11.20~8d3f4a1c-1 | | LibreMesh minimal English documentation | all
shared-state | lime | 24.10:2024.1-1 25.12:- | lua libubox | Sharing state between nodes | all
shared-state-async | lime | 25.12:2025.11.20~8d3f4a1c-1 | libstdcpp | Sharing state between nodes, at once
`);
