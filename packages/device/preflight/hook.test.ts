import { chmod, chown, mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../system/run.ts";
import { askHook, type HookQuestion } from "./hook.ts";

let dir: TempDir;
let hook: string;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("hooks"));
  hook = dir.join("hooks/preflight");
});
afterEach(() => dir[Symbol.asyncDispose]());

function ask(fields: Partial<HookQuestion> = {}): Promise<void> {
  const { signal } = new AbortController();
  return askHook({
    hooksDir: dir.join("hooks"),
    app: "kitchen",
    from: "1.0.0",
    version: "2.0.0",
    run,
    signal,
    ...fields,
  });
}

async function write(script: string, mode = 0o755): Promise<void> {
  await writeFile(hook, `#!/bin/sh\n${script}\n`);
  await chmod(hook, mode);
}

test("a device without such a hook says nothing", async () => {
  await ask();
  await ask({ hooksDir: dir.join("nowhere") });
});

test("§6 preflight: a hook that ends well says yes, and knows what it is asked", async () => {
  await write(`env | grep ^PAWL_ | sort > ${dir.join("asked")}`);
  await ask();
  expect(await readFile(dir.join("asked"), "utf8")).toBe("PAWL_APP=kitchen\nPAWL_FROM=1.0.0\nPAWL_VERSION=2.0.0\n");
  await ask({ from: null });
  expect(await readFile(dir.join("asked"), "utf8")).toBe("PAWL_APP=kitchen\nPAWL_FROM=\nPAWL_VERSION=2.0.0\n");
});

test("nothing of the caller's environment reaches it", async () => {
  process.env.PAWL_TEST_SECRET = "secret";
  await write(`env > ${dir.join("env")}`);
  await ask();
  delete process.env.PAWL_TEST_SECRET;
  expect(await readFile(dir.join("env"), "utf8")).not.toContain("secret");
});

test.each([
  ["echo looking; echo 'battery at 12 %.' >&2; exit 1", "battery at 12 %"],
  ["echo 'guests are watching'; exit 3", "guests are watching"],
  ["exit 3", "it ended with exit code 3"],
  ["kill -9 $$", "it was ended by SIGKILL"],
])("with %j it says no, and why", async (script, reason) => {
  await write(script);
  await expect(ask()).rejects.toMatchObject({
    code: "requires_unmet",
    message: `2.0.0 isn't installed now: ${reason}. That is what ${hook} says; try again when it says yes.`,
    fields: { version: "2.0.0", path: hook, detail: reason },
  });
});

test("one that never answers says no after a minute", async () => {
  await write("sleep 60");
  const hasty: HookQuestion["run"] = (argv, options) => {
    expect(options.timeoutMs).toBe(60_000);
    return run(argv, { ...options, timeoutMs: 50 });
  };
  await expect(ask({ run: hasty })).rejects.toThrow("it was not done after 60 s");
});

test("a cancel ends it", async () => {
  await write("sleep 60");
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(new Error("cancelled")), 50);
  await expect(ask({ signal: cancel.signal })).rejects.toThrow("cancelled");
});

test.each<[string, string, () => Promise<unknown>]>([
  [
    "a link",
    "must be a regular file",
    async () => {
      await rename(hook, dir.join("elsewhere"));
      await symlink(dir.join("elsewhere"), hook);
    },
  ],
  [
    "a folder",
    "must be a regular file",
    async () => {
      await rename(hook, dir.join("elsewhere"));
      await mkdir(hook);
    },
  ],
  ["writable by its group", "only root can change", () => chmod(hook, 0o775)],
  ["writable by everybody", "only root can change", () => chmod(hook, 0o757)],
  ["not executable", "isn't executable", () => chmod(hook, 0o644)],
  [
    "in a folder everybody can write in",
    "must be a folder that only root can write in",
    () => chmod(dir.join("hooks"), 0o777),
  ],
])("one that is %s isn't run, and nothing is installed", async (_, why, spoil) => {
  await write(`touch ${dir.join("ran")}`);
  await spoil();
  await expect(ask()).rejects.toMatchObject({
    code: "requires_unmet",
    message: expect.stringContaining(why),
  });
  await expect(readFile(dir.join("ran"))).rejects.toMatchObject({ code: "ENOENT" });
});

test.runIf(process.getuid?.() === 0)("one that belongs to somebody else isn't run as root", async () => {
  await write("exit 0");
  await chown(hook, 65534, 65534);
  await expect(ask()).rejects.toThrow("only root can change");
});
