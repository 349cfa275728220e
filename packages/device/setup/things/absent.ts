import { at, statsAt } from "../ground.ts";
import { GOES, type Ground, type Thing } from "../types.ts";
import { removeFile } from "./file.ts";

export interface AbsentOptions {
  /** Whether a folder in its place is left where it is: where another user may write, root removes no trees. */
  isFolderLeft?: boolean;
}

/** A file of ours that a device set up like this has no use for. */
export function absent(ground: Ground, path: string, { isFolderLeft = false }: AbsentOptions = {}): Thing {
  const isGone = async () => {
    const there = await statsAt(ground, path);
    return there === null || (isFolderLeft && there.isDirectory());
  };
  return {
    does: `remove ${path}, which is of no use here any more`,
    undoes: `remove ${path}`,
    isDone: isGone,
    make: () => removeFile(at(ground, path)),
    fate: async () => ((await isGone()) ? null : { ...GOES, path }),
    remove: () => removeFile(at(ground, path)),
  };
}
