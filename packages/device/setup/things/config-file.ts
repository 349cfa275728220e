import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { UpdateError } from "../../error.ts";
import { PLACES } from "../../helper/places.ts";
import { isRootsAlone } from "../../store/roots-alone.ts";
import { Accounts } from "../accounts.ts";
import { at, statsAt, textAt } from "../ground.ts";
import { SAMPLE } from "../sample.ts";
import { GOES, type Ground, type Thing } from "../types.ts";
import { file, modeWords, removeFile } from "./file.ts";
import { API_USER } from "./user.ts";

const path = PLACES.config;
const MODE = 0o644;

/** `pawl.yaml` where there is none: every key explained, and nothing that would run. */
export function sampleConfig(ground: Ground): Thing {
  return file(ground, { path, content: SAMPLE, mode: MODE, what: "a sample to be edited" });
}

/** The owner's `pawl.yaml`: root's alone to change, and both sides read it. What it says is left alone. */
export function ownersConfig(ground: Ground): Thing {
  return {
    does: `give ${path} to root, for everybody to read (root, ${modeWords(MODE)})`,
    undoes: `remove ${path}, which is the sample as it was`,
    isDone: async () => {
      const there = await statsAt(ground, path);
      if (!there?.isFile() || !isRootsAlone(there)) return false;
      const gid = (await Accounts.of(ground)).groupId(API_USER);
      return (there.mode & 0o004) !== 0 || ((there.mode & 0o040) !== 0 && there.gid === gid);
    },
    make: async () => {
      await using held = await open(at(ground, path), constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause) => {
        const message = `${path} must be a file of its own, not a link. Put the file itself there.`;
        throw new UpdateError("config_invalid", message, { path, cause });
      });
      await held.chown(0, 0);
      await held.chmod(MODE);
      await held.sync();
    },
    fate: async () => {
      if ((await statsAt(ground, path)) === null) return null;
      if ((await textAt(ground, path)) === SAMPLE) return { ...GOES, path };
      return { is: "stays", path, what: path, line: `rm ${path}` };
    },
    remove: async () => removeFile(at(ground, path)),
  };
}
