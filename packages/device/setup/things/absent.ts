import { at, statsAt } from "../ground.ts";
import { GOES, type Ground, type Thing } from "../types.ts";
import { removeFile } from "./file.ts";

/** A file of ours that a device set up like this has no use for. */
export function absent(ground: Ground, path: string): Thing {
  const isGone = async () => (await statsAt(ground, path)) === null;
  return {
    does: `remove ${path}, which is of no use here any more`,
    undoes: `remove ${path}`,
    isDone: isGone,
    make: () => removeFile(at(ground, path)),
    fate: async () => ((await isGone()) ? null : { ...GOES, path }),
    remove: () => removeFile(at(ground, path)),
  };
}
