import { existsSync, statSync } from "node:fs";
import type { AppConfig, Config } from "@pawl/protocol";
import { placesOf } from "../installers/places.ts";
import { couldChange, type Who, weakPlace } from "./rights.ts";
import type { Places } from "./surroundings.ts";
import { type Finding, fine, trouble } from "./types.ts";

/** What root reads, runs or writes on the API's word: nobody who has taken over the API's user may be able to change it. */
export function placesOfRoots(config: Config, configPath: string, places: Places): string[] {
  const own = [configPath, config.hooks_dir, places.program, places.helper];
  return [...new Set([...own, ...Object.values(config.apps).flatMap(placesOfApp)])].filter((path) => existsSync(path));
}

/** Whether the API's user is kept from everything that root believes. */
export async function lookAtTakeover(paths: readonly string[], apiUser: Who): Promise<Finding[]> {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const weak = await weakPlace(path, (there) => couldChange(apiUser, there));
    if (weak === null || seen.has(weak)) continue;
    seen.add(weak);
    const what = weak === path ? path : `${weak}, and so put another in the place of ${path}`;
    findings.push(
      trouble(
        `The user that the API runs as (${apiUser.uid}) may write ${what}: who takes it over gets root`,
        `chown root: ${weak} && chmod go-w ${weak}`,
      ),
    );
  }
  return findings.length > 0 ? findings : [fine("The API's user can change nothing that root runs or believes")];
}

function placesOfApp({ install, services, health }: AppConfig): string[] {
  const { home, backup_dir } = placesOf(install);
  const programs = services.flatMap((service) =>
    "command" in service ? [service.command.start, service.command.stop, service.command.status ?? []] : [],
  );
  const probes = health.flatMap((one) => ("command" in one ? [one.command] : []));
  // Of an interpreter's arguments one may be the program.
  const files = [...programs, ...probes].flat().filter((word) => word.startsWith("/") && isFile(word));
  return [...(home ? [home] : []), ...(backup_dir ? [backup_dir] : []), ...files];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
