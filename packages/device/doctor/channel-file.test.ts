import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lookAtChannel } from "./channel-file.ts";

const SELF = { uid: process.getuid?.() ?? 0, gids: [process.getgid?.() ?? 0] };
const PAWL = { uid: 54_321, gids: [54_322] };

let dir: TempDir;
let path: string;

beforeEach(async () => {
  dir = await TempDir.create();
  await chmod(dir.path, 0o755);
  path = dir.join(".update_channel");
});
afterEach(() => dir[Symbol.asyncDispose]());

const look = (who = SELF) => lookAtChannel({ path, channel: "main", app: "repeater" }, who);

test("is content with a channel's name, and with none", async () => {
  expect(await look()).toMatchObject([{ ok: "ok", title: `${path} says nothing, so the channel is main` }]);
  await writeFile(path, "dev\n");
  expect(await look()).toMatchObject([{ ok: "ok", title: `${path} says that the channel is dev` }]);
});

test("what is no channel's name is a warning, with how to choose one", async () => {
  await writeFile(path, "../../x");
  expect(await look()).toMatchObject([{ ok: "warning", fix: "pawl channel NAME --app repeater" }]);
});

test("a file that the API's user can't write is a warning, with the command", async () => {
  expect(await look(PAWL)).toMatchObject([
    { ok: "ok" },
    { ok: "warning", fix: `install -g 54322 -m 664 /dev/null ${path}` },
  ]);
  await writeFile(path, "dev", { mode: 0o644 });
  expect(await look(PAWL)).toMatchObject([
    { ok: "ok" },
    { ok: "warning", fix: `chgrp 54322 ${path} && chmod g+w ${path}` },
  ]);
  await chmod(path, 0o666);
  expect(await look(PAWL)).toMatchObject([{ ok: "ok" }]);
  await chmod(path, 0o644);
  await chmod(dir.path, 0o777);
  expect(await look(PAWL)).toMatchObject([{ ok: "ok" }]);
});

test("a file that the API's user can't read is a trouble", async () => {
  await writeFile(path, "dev", { mode: 0o600 });
  expect(await look(PAWL)).toMatchObject([{ ok: "trouble", title: expect.stringContaining("can't read") }]);
  await mkdir(dir.join("closed"), { mode: 0o700 });
  path = dir.join("closed", ".update_channel");
  await writeFile(path, "dev", { mode: 0o666 });
  expect(await look(PAWL)).toMatchObject([{ ok: "trouble" }]);
});

test.runIf(SELF.uid === 0)("the file's own group may be the way", async () => {
  await writeFile(path, "dev");
  await chmod(path, 0o664);
  await chown(path, 54_323, 54_322);
  expect(await look(PAWL)).toMatchObject([{ ok: "ok" }]);
});
