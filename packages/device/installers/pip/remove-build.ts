import { endLeftRunning } from "../../system/left-running.ts";
import { removeWhole } from "../bundle/open-folder.ts";

/** Removes a folder in which a project's code ran. What it left running there ends first: it would go on writing. */
export async function removeBuild(folder: string): Promise<void> {
  await endLeftRunning(`${folder}/`);
  await removeWhole(folder);
}
