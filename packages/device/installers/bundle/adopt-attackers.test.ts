import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync } from "node:fs";
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../../system/run.ts";
import { mirror } from "./adopt-copy.ts";
import { installerOf, makeByHand, report, signal, staging } from "./adopt-fixture.ts";
import { moveIn } from "./adopt-move.ts";
import { giveRootBack, takeRoot } from "./adopt-root.ts";
import { OpenFolder, removeWhole } from "./open-folder.ts";

const NOBODY = 65534;
const RACE_MS = 4000;
const PERL = "/usr/bin/perl";
const isRoot = process.getuid?.() === 0;
const canRace = isRoot && isThere(PERL);

let dir: TempDir;
let attacker: ChildProcess | null = null;
beforeEach(async () => {
  dir = await TempDir.create();
  await chmod(dir.path, 0o755);
  await mkdir(dir.join("etc"), { mode: 0o700 });
});
afterEach(async () => {
  if (attacker) {
    attacker.kill("SIGKILL");
    if (attacker.exitCode === null && attacker.signalCode === null) await once(attacker, "exit");
  }
  attacker = null;
  await removeWhole(dir.path);
});

/** The app's user, who exchanges two names in a folder that is his, which he has open. */
async function exchange(folder: string, a: string, b: string, victim = ""): Promise<void> {
  const script = `my ($d, $a, $b, $v) = @ARGV; $| = 1; chdir $d or die; print "go";
    for (;;) { rename $a, ".t"; rename $b, $a; rename $a, $b; rename ".t", $a; symlink $v, $b if $v }`;
  const options = { uid: NOBODY, gid: NOBODY, stdio: ["ignore", "pipe", "inherit"] as ["ignore", "pipe", "inherit"] };
  attacker = spawn(PERL, ["-e", script, folder, a, b, victim], options);
  if (attacker.stdout) await once(attacker.stdout, "data");
}

/** A folder of the app's user with a link to root's own. */
async function ofNobody(path: string, victim: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await symlink(victim, `${path}/other`);
  await lchown(`${path}/other`, NOBODY, NOBODY);
  await chown(path, NOBODY, NOBODY);
  return path;
}

async function raced(round: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + RACE_MS; Date.now() < end; ) await round();
}

const ignored = () => undefined;

test.skipIf(!canRace).each([true, false])(
  "who exchanges a file for a link while it is copied isn't given what the link leads to, services running: %s (needs root and perl)",
  async (busy) => {
    await writeFile(dir.join("etc/secret"), "root only", { mode: 0o600 });
    const www = await ofNobody(dir.join("www"), dir.join("etc/secret"));
    await writeFile(`${www}/a`, "mine");
    await chown(`${www}/a`, NOBODY, NOBODY);
    await exchange(www, "a", "other");
    await raced(async () => {
      await removeWhole(dir.join("copy"));
      await using folder = await OpenFolder.made(dir.path);
      await mirror({ folder, name: "www" }, dir.join("copy"), { busy }).catch(ignored);
      for (const name of await readdir(dir.join("copy")).catch(() => [])) {
        const path = dir.join("copy", name);
        if ((await lstat(path)).isFile()) expect(await readFile(path, "utf8")).not.toBe("root only");
      }
    });
  },
  RACE_MS * 5,
);

test.skipIf(!canRace)(
  "who exchanges folders that he holds open has no link written elsewhere (needs root and perl)",
  async () => {
    const web = await ofNobody(dir.join("www/web"), dir.join("etc"));
    await mkdir(`${web}/sub`);
    for (let n = 0; n < 200; n++) await symlink("../../evil", `${web}/sub/${n}`);
    await chown(`${web}/sub`, NOBODY, NOBODY);
    const root = dir.join("home/releases/.adopting");
    await mkdir(root, { recursive: true });
    await exchange(web, "sub", "other");
    const path = { from: "web", at: web, target: dir.join("home/current/web"), across: false };
    await raced(async () => {
      await moveIn(path, root, run).catch(ignored);
      if ((await lstat(web).catch(ignored))?.isSymbolicLink()) await removeWhole(web);
      await rename(`${root}/web`, web).catch(ignored);
      expect(await readdir(dir.join("etc"))).toEqual([]);
    });
  },
  RACE_MS * 5,
);

test.skipIf(!canRace)(
  "who exchanges a folder while his release is removed has nothing else removed (needs root and perl)",
  async () => {
    const tree = await ofNobody(dir.join("tree"), dir.join("etc"));
    await exchange(tree, "sub", "other", dir.join("etc"));
    await raced(async () => {
      await writeFile(dir.join("etc/passwd"), "root's");
      const next = dir.join("next");
      await mkdir(next, { recursive: true });
      await writeFile(`${next}/file`, "");
      await chown(next, NOBODY, NOBODY);
      await removeWhole(`${tree}/.t`).catch(ignored);
      await rename(next, `${tree}/sub`).catch(ignored);
      await removeWhole(`${tree}/sub`).catch(ignored);
      expect(await readdir(dir.join("etc"))).toEqual(["passwd"]);
    });
  },
  RACE_MS * 5,
);

test("a link in the place of the whole tree is neither taken nor given back", async () => {
  await symlink(dir.join("etc"), dir.join("root"));
  const was = { uid: isRoot ? NOBODY : (process.getuid?.() ?? 0), gid: isRoot ? NOBODY : (process.getgid?.() ?? 0) };
  const adoption = { tree: "1", version: null, paths: [], lists: [], ownManifest: null, root: { ...was, mode: 0o777 } };
  await takeRoot(dir.join("root"), adoption);
  await giveRootBack(dir.join("root"), adoption);
  expect(await stat(dir.join("etc"))).toMatchObject({ uid: process.getuid?.(), mode: 0o40700 });
});

test("a link that took the path in the last moment goes back to it, and isn't a part of the tree", async () => {
  const root = dir.join("home/releases/.adopting");
  await mkdir(root, { recursive: true });
  await symlink(dir.join("etc"), `${root}/web`);
  const path = { from: "web", at: dir.join("www/web"), target: dir.join("home/current/web"), across: false };
  await expect(moveIn(path, root, run)).rejects.toMatchObject({ code: "not_writable" });
  expect((await lstat(dir.join("www/web"))).isSymbolicLink()).toBe(true);
  expect(await readdir(root)).toEqual([]);
});

const UNSAFE: [string, (path: string) => Promise<void>][] = [
  ["belongs to another user", (path) => chown(path, NOBODY, NOBODY)],
  ["its group may write in", (path) => chmod(path, 0o775)],
  ["all may write in", (path) => chmod(path, 0o757)],
];

test
  .skipIf(!isRoot)
  .each(UNSAFE.flatMap(([what, make]) => ["home", "home/releases"].map((at) => ({ at, what, make }))))(
  "nothing is moved by root by way of a $at that $what, whatever its journal says (needs root)",
  async ({ at, make }) => {
    await makeByHand(dir.path);
    const installer = installerOf(dir.path);
    const asked = await staging(dir.path, "1.0.0");
    await mkdir(dir.join("home/releases"), { recursive: true });
    await make(dir.join(at));
    const refused = { code: "not_writable", message: expect.stringContaining(`run: chown 0:0 ${dir.join(at)}; chmod`) };
    await expect(installer.stage(asked, report, signal)).rejects.toMatchObject(refused);
    await installer.settleDisk();
    await writeFile(dir.join("home/adoption.json"), "{");
    await expect(installer.settleDisk()).rejects.toMatchObject(refused);
    expect(await readFile(dir.join("home/adoption.json"), "utf8")).toBe("{");
  },
);

test("home is made so that only its own user may write in it, whatever the umask is", async () => {
  await makeByHand(dir.path);
  const umask = process.umask(0);
  try {
    await installerOf(dir.path).stage(await staging(dir.path, "1.0.0"), report, signal);
  } finally {
    process.umask(umask);
  }
  for (const at of ["home", "home/releases"]) expect((await stat(dir.join(at))).mode & 0o777).toBe(0o755);
});

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
