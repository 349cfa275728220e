import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { guardRoom } from "./room-guard.ts";

const exec = promisify(execFile);
const { signal } = new AbortController();

/** A host that goes on sending until it is broken off. */
async function endless(guarded: AbortSignal): Promise<never> {
  if (!guarded.aborted) await once(guarded, "abort");
  throw guarded.reason;
}

test.skipIf(process.geteuid?.() !== 0)(
  "what would fill the disk is broken off while there is still some room",
  async () => {
    await using dir = await TempDir.create();
    await exec("mount", ["-t", "tmpfs", "-o", "size=8m", "none", dir.path]);
    try {
      const guard = { dir: dir.path, maxBytes: 1e9, shown: "https://git.example.org/kettle", signal };
      const receiving = guardRoom(guard, async (guarded) => {
        await writeFile(dir.join("tmp_pack"), Buffer.alloc(8 * 1024 ** 2 - 60_000));
        return endless(guarded);
      });
      await expect(receiving).rejects.toMatchObject({ code: "disk_full", fields: { path: dir.path } });
    } finally {
      await exec("umount", [dir.path]);
    }
  },
);
