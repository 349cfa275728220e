import { chmod, chown, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { Manifest } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run as realRun } from "../system/run.ts";
import type { Run } from "../system/types.ts";
import { createPostInstall } from "./index.ts";

const signal = new AbortController().signal;
const isRoot = process.geteuid?.() === 0;

let dir: TempDir;
let asked: string[];
let lines: string[];
let failing: string | null;
beforeEach(async () => {
  dir = await TempDir.create();
  [asked, lines, failing] = [[], [], null];
  await mkdir(dir.join("hooks"));
});
afterEach(() => dir[Symbol.asyncDispose]());

/** Everything is real but systemctl, which only notes what it is asked. */
const run: Run = async (argv, options) => {
  if (argv[0] !== "systemctl") return realRun(argv, options);
  const words = argv.slice(1).join(" ");
  if (!/^(reset-failed|show|--version)/.test(words)) asked.push(words);
  const code = words === failing ? 1 : 0;
  const stdout = words.startsWith("show") ? "loaded\n" : "";
  return { code, signal: null, stdout, stderr: code ? "Job failed.\nSee the journal." : "", timedOut: false };
};

function postInstall({ allowCommands = false, withRun = run } = {}) {
  return createPostInstall({ run: withRun, app: "kitchen", hooksDir: dir.join("hooks"), allowCommands });
}

function release(...post_install: unknown[]): Manifest {
  return Manifest.parse({ version: "1.1.0", files: [], post_install });
}

async function hook(name: string, script: string, mode = 0o755): Promise<string> {
  await writeFile(dir.join("hooks", name), `#!/bin/sh\n${script}\n`);
  await chmod(dir.join("hooks", name), mode);
  return dir.join("hooks", name);
}

const onLine = (line: string) => void lines.push(line);

test("§6 post_install: does every step in its order, and daemon-reload where it is listed", async () => {
  await hook("migrate", `echo migrating; echo hook >> ${dir.join("did")}`);
  const manifest = release({ reload: "nginx" }, { daemon_reload: true }, { run: "migrate" }, { restart: "pikit-api" });
  await postInstall().check(manifest);
  expect(asked).toEqual([]);
  await postInstall().run(manifest, signal, onLine);
  expect(asked).toEqual(["reload nginx", "daemon-reload", "restart pikit-api"]);
  expect(lines).toEqual([
    "Restarting nginx",
    "Telling systemd to read its units again",
    "Running the hook migrate",
    "migrating",
    "Restarting pikit-api",
  ]);
});

test("a hook knows the app, the version and what for, and nothing of Pawl's own environment", async () => {
  await hook("env", `env | sort > ${dir.join("env")}`);
  await postInstall().run(release({ run: "env" }), signal, onLine, "1.0.0");
  const names = (await readFile(dir.join("env"), "utf8")).trim().split("\n");
  expect(names.filter((line) => !/^(PWD|_|SHLVL)=/.test(line))).toEqual([
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "PAWL_ACTION=post_install",
    "PAWL_APP=kitchen",
    "PAWL_FROM=1.0.0",
    "PAWL_VERSION=1.1.0",
  ]);
});

test("§4 allow_commands: a command runs in a shell where the device allows it", async () => {
  const manifest = release(`echo "$PAWL_VERSION" | tr . - > ${dir.join("said")}; echo done`);
  await postInstall({ allowCommands: true }).check(manifest);
  await postInstall({ allowCommands: true }).run(manifest, signal, onLine);
  expect(await readFile(dir.join("said"), "utf8")).toBe("1-1-0\n");
  expect(lines.at(-1)).toBe("done");
});

test.each([
  ["a unit", { restart: "pikit-api" }, "restart pikit-api", /pikit-api did not restart: See the journal/],
  ["a reload", { reload: "nginx" }, "reload nginx", /nginx did not restart/],
  ["systemd itself", { daemon_reload: true }, "daemon-reload", /systemctl daemon-reload failed: See the journal/],
])("%s that fails ends it, with what it said", async (_, step, words, says) => {
  failing = words;
  await expect(postInstall().run(release(step, { restart: "later" }), signal, onLine)).rejects.toMatchObject({
    code: "restart_failed",
    message: expect.stringMatching(says),
    fields: { detail: "Job failed.\nSee the journal." },
  });
  expect(asked).not.toContain("restart later");
});

test.each([
  ["a hook", { run: "broken" }, /^The hook broken failed: no database$/],
  ["a command", "echo 'no database' >&2; exit 3", /^The command echo .* failed: no database$/],
])("%s that fails ends it, with what it said", async (_, step, says) => {
  await hook("broken", "echo 'no database' >&2; exit 3");
  const running = postInstall({ allowCommands: true }).run(release(step, { restart: "later" }), signal, onLine);
  const message = expect.stringMatching(says);
  await expect(running).rejects.toMatchObject({ code: "restart_failed", message, fields: { detail: "no database" } });
  expect(asked).toEqual([]);
});

test.each([
  ["isn't there", () => rm(dir.join("hooks/one")), /there is no .*hooks\/one/],
  ["isn't executable", () => chmod(dir.join("hooks/one"), 0o644), /chmod 0755/],
  ["its group can write", () => chmod(dir.join("hooks/one"), 0o775), /only root can change/],
  ["anybody can write", () => chmod(dir.join("hooks/one"), 0o757), /only root can change/],
  ["lies where anybody can write", () => chmod(dir.join("hooks"), 0o777), /only root can write in/],
  [
    "is a link",
    () => rm(dir.join("hooks/one")).then(() => symlink("/bin/true", dir.join("hooks/one"))),
    /regular file/,
  ],
  ["is a folder", () => rm(dir.join("hooks/one")).then(() => mkdir(dir.join("hooks/one"))), /regular file/],
])("a hook that %s is refused before anything is changed, and not run", async (_, spoil, says) => {
  await hook("one", `touch ${dir.join("ran")}`);
  await spoil();
  const message = expect.stringMatching(says);
  const manifest = release({ run: "one" });
  await expect(postInstall().check(manifest)).rejects.toMatchObject({ code: "requires_unmet", message });
  await expect(postInstall().run(manifest, signal, onLine)).rejects.toMatchObject({ code: "restart_failed", message });
  await expect(readFile(dir.join("ran"))).rejects.toMatchObject({ code: "ENOENT" });
});

test.skipIf(!isRoot)("§4 hooks: a hook that belongs to somebody else than root is refused", async () => {
  await chown(await hook("one", "true"), 1000, 1000);
  await expect(postInstall().check(release({ run: "one" }))).rejects.toMatchObject({ code: "requires_unmet" });
});

test("§4 allow_commands: commands are refused where the device doesn't allow them, with what to write", async () => {
  const refused = { code: "requires_unmet", message: expect.stringMatching(/^1\.1\.0 .*reboot.*allow_commands: true/) };
  await expect(postInstall().check(release({ daemon_reload: true }, "reboot"))).rejects.toMatchObject(refused);
  const running = postInstall().run(release(`touch ${dir.join("ran")}`), signal, onLine);
  await expect(running).rejects.toMatchObject({ code: "restart_failed" });
  await expect(readFile(dir.join("ran"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a release that needs systemd is refused on a device without it", async () => {
  const missing: Run = (_, options) => realRun(["systemctl-that-is-not-there"], options);
  const withRun: Run = async (argv, options) => ({ ...(await missing(argv, options)), stderr: `${argv[0]} not found` });
  const check = postInstall({ withRun }).check(release({ restart: "pikit-api" }));
  await expect(check).rejects.toMatchObject({ code: "requires_unmet", message: expect.stringMatching(/systemd/) });
  await postInstall({ withRun }).check(release());
});

test("for a release that is gone back to, units are refreshed once each and nothing else is done again", async () => {
  await hook("migrate", `touch ${dir.join("ran")}`);
  const left = release({ reload: "nginx" }, { run: "migrate" }, { restart: "api" }, { daemon_reload: true }, "exit 1");
  const back = release({ restart: "api" }, { reload: "api" }, { reload: "nginx" }, { daemon_reload: true });
  await postInstall({ allowCommands: true }).refresh([left, back], signal, onLine);
  expect(asked).toEqual(["daemon-reload", "restart api", "reload nginx"]);
  await expect(readFile(dir.join("ran"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a unit that can't be refreshed doesn't keep the others from it", async () => {
  failing = "restart api";
  const refreshing = postInstall().refresh([release({ restart: "api" }, { reload: "nginx" })], signal, onLine);
  await expect(refreshing).rejects.toMatchObject({ code: "restart_failed" });
  expect(asked).toEqual(["restart api", "reload nginx"]);
});

test("a step that hangs ends when the process has to", async () => {
  const end = new AbortController();
  const running = postInstall({ allowCommands: true }).run(release("echo begun; sleep 1000"), end.signal, (line) => {
    if (line === "begun") end.abort(new Error("SIGTERM"));
  });
  await expect(running).rejects.toThrow("SIGTERM");
});
