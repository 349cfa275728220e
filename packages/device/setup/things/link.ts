import { readlink, rename, symlink, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { isMissing, syncFolder } from "../../store/atomic-file.ts";
import { at, statsAt } from "../ground.ts";
import { GOES, type Ground, type Thing } from "../types.ts";
import { removeFile } from "./file.ts";

/** A second name for what is at `target`. */
export function link(ground: Ground, { path, target }: { path: string; target: string }): Thing {
  const place = at(ground, path);
  return {
    does: `link ${path} to ${target}`,
    undoes: `remove ${path}`,
    isDone: async () => {
      const there = await statsAt(ground, path);
      return there?.isSymbolicLink() === true && there.uid === 0 && (await readlink(place)) === target;
    },
    make: async () => {
      const temp = `${place}.tmp`;
      await unlink(temp).catch((error) => {
        if (!isMissing(error)) throw error;
      });
      await symlink(target, temp);
      await rename(temp, place);
      await syncFolder(dirname(place));
    },
    fate: async () => ((await statsAt(ground, path)) === null ? null : { ...GOES, path }),
    remove: async () => removeFile(place),
  };
}
