// Root's side as a process of its own, which is traced and cut off: child <what it is to do, as JSON>
import crypto from "node:crypto";
import { writeFileSync } from "node:fs";
import { placeAt } from "./place.ts";
import { die, programs, type SyncFate } from "./programs.ts";
import { applierOf } from "./updater.ts";

/** What the process does, and where it ends itself. */
export interface ChildTask {
  root: string;
  releases: string;
  layout: "symlink" | "copy";
  broken: string | null;
  /** `apply`: the order that lies there. `boot`: what is done at boot, on the disk and after it. */
  verb: "apply" | "boot";
  updateId: string;
  sync?: SyncFate;
  /** Dies once a record with this state is on the disk. */
  cutIn?: string | null;
  /** Gets the words for how it ended, and how many times it called `sync -f`. */
  report: string;
}

export interface ChildReport {
  syncs: number;
  error: string | null;
}

// Names made up at random would be other ones in each run, and a call is found again by its path.
let drawn = 0;
crypto.randomBytes = ((size: number) => Buffer.alloc(size, ++drawn)) as unknown as typeof crypto.randomBytes;

void main();

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? "") as ChildTask;
  const device = { ...task, place: placeAt(task.root) };
  let syncs = 0;
  const { signal } = new AbortController();
  const work = async () => {
    const applier = await applierOf(device, {
      run: programs({ ...device, sync: task.sync, onSync: () => syncs++ }),
      applyStore: (store) => ({
        load: () => store.load(),
        save: async (record) => {
          await store.save(record);
          if (record.engine.status === task.cutIn) die();
        },
      }),
    });
    if (task.verb === "apply") return applier.apply(task.updateId, signal);
    await applier.settle();
    return applier.resume(signal);
  };
  const error = await work().then(
    () => null,
    (reason) => String(reason),
  );
  writeFileSync(task.report, JSON.stringify({ syncs, error } satisfies ChildReport));
}
