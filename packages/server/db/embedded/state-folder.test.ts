import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { folderTrouble, makeStateFolder } from "./state-folder.ts";

const of = (code: string, syscall: string) => Object.assign(new Error(`${code}: no, ${syscall}`), { code, syscall });

test("a full disk is said in words, with what to do", () => {
  expect(folderTrouble("/srv/pawl", of("ENOSPC", "write"))).toMatchObject({
    code: "database_failed",
    message:
      "The state folder /srv/pawl can't be used: its disk is full. Make room there, or set state_dir to another folder.",
  });
});

test("what isn't about the folder isn't blamed on it", async () => {
  const missing = await readFile("/nonexistent").catch((error: unknown) => error);
  expect(folderTrouble("/srv/pawl", missing)).toBeNull();
  expect(folderTrouble("/srv/pawl", of("EACCES", "spawn /bin/no"))).toBeNull();
  expect(folderTrouble("/srv/pawl", new Error("no"))).toBeNull();
});

test("a folder that can't be made is said", async () => {
  await expect(makeStateFolder("/dev/null/state")).rejects.toThrow(/The state folder \/dev\/null\/state can't be used/);
});
