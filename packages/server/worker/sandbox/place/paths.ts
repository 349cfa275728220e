import { join } from "node:path";

/**
 * What a sandbox's folder holds. `stage` is all that commands see of it. It is shown to them at `SHOWN`, within their own mount
 * namespace: a user who builds needn't be able to enter root's home or a state folder.
 */
export function placePaths(folder: string) {
  return {
    lower: join(folder, "lower"),
    upper: join(folder, "upper"),
    work: join(folder, "work"),
    stage: join(folder, "stage"),
    tree: join(folder, "stage/builder"),
    output: join(folder, "stage/output"),
    tmp: join(folder, "stage/tmp"),
    etc: join(folder, "stage/etc"),
    socket: join(folder, "stage/proxy.sock"),
  };
}

/** A folder that every Linux has and no build needs: hidden behind the stage, in the build's mount namespace only. */
export const SHOWN = "/mnt";

/** What is made below the sandbox's folder. */
export const PLACE_NAMES = ["lower", "upper", "work", "stage"] as const;
