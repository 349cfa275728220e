import { constants } from "node:fs";
import { mkdir, open, readdir, realpath, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UpdateError } from "../../error.ts";
import { ensureFolder, isMissing, syncFolder } from "../../store/atomic-file.ts";
import { isRootsAlone } from "../../store/roots-alone.ts";
import { Accounts } from "../accounts.ts";
import { at, statsAt } from "../ground.ts";
import { handOver } from "../hand-over.ts";
import { GOES, type Ground, type Thing } from "../types.ts";
import { modeWords, removeFile } from "./file.ts";
import { API_USER } from "./user.ts";

const MODE = 0o755;

export interface FolderOptions {
  path: string;
  /** Whose it is, with the group of the same name. */
  owner: "root" | typeof API_USER;
  /** Whether the owner of the device may have put a link there that leads to the folder. */
  mayBeLink?: boolean;
}

/** A folder that everybody may look into and only its owner may change. What is in it is left alone. */
export function folder(ground: Ground, { path, owner, mayBeLink = false }: FolderOptions): Thing {
  const place = at(ground, path);

  async function look() {
    const there = await statsAt(ground, path);
    if (!there?.isSymbolicLink() || !mayBeLink) return there;
    return stat(place).catch((error) => {
      if (isMissing(error)) return there;
      throw error;
    });
  }

  /** Null while there is no such user. */
  async function idsOfOwner(): Promise<{ uid: number; gid: number } | null> {
    if (owner === "root") return { uid: 0, gid: 0 };
    const accounts = await Accounts.of(ground);
    const uid = accounts.user(API_USER)?.uid;
    const gid = accounts.groupId(API_USER);
    return uid === undefined || gid === null ? null : { uid, gid };
  }

  return {
    does: `make the folder ${path} (${owner}, ${modeWords(MODE)})`,
    undoes: `remove the folder ${path}`,

    isDone: async () => {
      const there = await look();
      const ids = await idsOfOwner();
      if (there?.isSymbolicLink() && mayBeLink) throw leadsNowhere(path);
      if (!there?.isDirectory()) return false;
      return there.uid === ids?.uid && there.gid === ids.gid && (there.mode & 0o7777) === MODE;
    },

    make: async () => {
      const ids = await idsOfOwner();
      if (ids === null) throw new UpdateError("internal", `There is no user ${API_USER} yet.`);
      const there = await look();
      if (there === null) {
        await ensureFolder(dirname(place));
        await mkdir(place, MODE);
      } else if (!there.isDirectory()) {
        throw new UpdateError("not_writable", `${path} must be a folder, and it is something else. Move it away.`, {
          path,
        });
      } else if (owner === "root" && !isRootsAlone(there) && (await readdir(place)).length > 0) {
        throw notRoots(path);
      }
      if (there?.uid === 0 && ids.uid !== 0) await handOver(place, ids);
      // By what is held open, never by the name: who may change the folder above could exchange it in between.
      const noFollow = mayBeLink ? 0 : constants.O_NOFOLLOW;
      await using held = await open(place, constants.O_RDONLY | constants.O_DIRECTORY | noFollow);
      await held.chown(ids.uid, ids.gid);
      await held.chmod(MODE);
      await held.sync();
      await syncFolder(dirname(place));
    },

    fate: async (going) => {
      const there = await look();
      if (!there?.isDirectory()) return null;
      const names = await readdir(place);
      if (names.every((name) => going.has(join(path, name)))) return { ...GOES, path };
      return { is: "stays", path, what: path, line: `rm -r ${path}` };
    },

    remove: async () => {
      // A link goes before the folder it leads to: there is no moment in which it leads nowhere.
      const real = await realpath(place);
      if (mayBeLink && (await statsAt(ground, path))?.isSymbolicLink()) await removeFile(place);
      await rmdir(real);
      await syncFolder(dirname(real));
    },
  };
}

function leadsNowhere(path: string): UpdateError {
  const message = `${path} is a link to a folder that isn't there. Mount the disk that it is on, or make it.`;
  return new UpdateError("not_writable", message, { path });
}

/** What lies there may have been put there by others, and from now on root would believe it. */
function notRoots(path: string): UpdateError {
  return new UpdateError(
    "not_writable",
    `${path} is not root's alone, and there is something in it that root would believe from now on. Look at what is in it, then run: chown -R 0:0 ${path}; chmod -R go-w ${path}, and set up again`,
    { path },
  );
}
