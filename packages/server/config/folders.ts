import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { error, type Finding, warning } from "@pawl/device/config-file";
import type { ServerConfig } from "./schema.ts";

/** What statfs(2) says of /proc, /sys and control groups, where root may write, and nobody makes a folder for data. */
const NEVER_KEEPS = new Set([0x9fa0, 0x62656572, 0x63677270]);

/** Folders with facts: without one, what it should say is missed without a word. */
export async function dataFindings({ distributions }: ServerConfig): Promise<Finding[]> {
  const findings = Object.entries(distributions).map(async ([name, { data }]) => {
    const problem = data === undefined ? null : await notReadable(data);
    return problem ? [error(["distributions", name, "data"], `Distribution ${name}: data ${problem}`)] : [];
  });
  return (await Promise.all(findings)).flat();
}

/** The other folders. Nothing is made: where one is to be, it is asked of the first above it that there is. */
export async function folderFindings(config: ServerConfig): Promise<Finding[]> {
  const served = Object.entries(config.static).map(async ([key, folder]) => {
    const problem = folder === null ? null : await notReadable(folder);
    // It may be filled, or mounted, later.
    return problem ? [warning(["static", key], `static.${key} ${problem}`)] : [];
  });
  return [...(await Promise.all(served)).flat(), ...(await stateFindings(config))];
}

async function stateFindings({ state_dir, database }: ServerConfig): Promise<Finding[]> {
  if (database.url !== null) return [];
  const hint = "set state_dir to another folder";
  const path = ["state_dir"];
  for (let at = state_dir; ; at = dirname(at)) {
    const found = await stat(at).catch((failure: NodeJS.ErrnoException) => failure.code ?? "");
    if (typeof found === "string") {
      if (found !== "ENOENT" && found !== "ENOTDIR") {
        return [warning(path, `state_dir ${state_dir} can't be looked at by this user (${found})`, hint)];
      }
      if (at !== dirname(at)) continue;
    } else if (!found.isDirectory()) {
      return [error(path, `The state folder ${state_dir} can't be used: ${at} is no folder`, hint)];
    }
    if (NEVER_KEEPS.has((await statfs(at)).type)) {
      return [
        error(path, `The state folder ${state_dir} can't be used: ${at} is the kernel's, and keeps no files`, hint),
      ];
    }
    return (await mayWrite(at)) ? [] : notWritable(state_dir, at);
  }
}

/** Another user than this one may be the server's. */
function notWritable(folder: string, above: string): Finding[] {
  const sentence = `this user may not write to ${above}, where state_dir ${folder} is to be`;
  return [warning(["state_dir"], sentence, "start the server as one who may, or set state_dir to another folder")];
}

async function mayWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Null when it is there. */
async function notReadable(folder: string): Promise<string | null> {
  const found = await stat(folder).catch((failure: NodeJS.ErrnoException) => failure.code ?? "failed");
  if (typeof found !== "string") return found.isDirectory() ? null : `${folder} is no folder`;
  return found === "ENOENT" || found === "ENOTDIR"
    ? `${folder} isn't there`
    : `${folder} can't be read by this user (${found})`;
}
