import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { type Account, mayEnter } from "./account.ts";

/** The first descriptor after stdin, stdout and stderr. */
const FIRST_FD = 3;

/**
 * Makes paths known to a child that runs as `account`. What lies below a folder that it may not enter (a clone in root's
 * home, for instance) is opened here and handed over: a child reaches it as `/proc/self/fd/3` without passing through the
 * folders above. So nobody's folder has to be opened to everybody for the database's sake.
 */
export async function passTo(account: Account | null, paths: readonly string[]): Promise<Passing> {
  await using taken = new AsyncDisposableStack();
  const handles: FileHandle[] = [];
  const seen: string[] = [];
  for (const path of paths) {
    if (await mayEnter(dirname(path), account)) {
      seen.push(path);
      continue;
    }
    const handle = await open(path, "r");
    taken.defer(() => handle.close());
    seen.push(`/proc/self/fd/${FIRST_FD + handles.length}`);
    handles.push(handle);
  }
  const kept = taken.move();
  return { paths: seen, descriptors: handles.map(({ fd }) => fd), [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

export interface Passing extends AsyncDisposable {
  /** What the child knows them by, in the order they were asked for. */
  paths: readonly string[];
  /** For `stdio`, after the three that every process has. */
  descriptors: readonly number[];
}
