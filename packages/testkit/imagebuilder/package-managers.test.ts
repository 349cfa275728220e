import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { access, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MirrorServer } from "../index.ts";
import { APK_SAYS } from "./testing/apk-says.ts";
import { OPKG_SAYS } from "./testing/opkg-says.ts";
import { check, finished, PackageManager } from "./testing/package-manager.ts";
import { randomFeed } from "./testing/random-feed.ts";
import { smallFeed, smallPackage } from "./testing/small-feed.ts";

let mirror: MirrorServer;
beforeAll(async () => {
  mirror = await MirrorServer.start();
});
afterEach(() => mirror.heal());
afterAll(() => mirror[Symbol.asyncDispose]());

const GENERATIONS = ["opkg", "apk"] as const;

describe.each(GENERATIONS)("%s", (generation) => {
  const start = () => PackageManager.create(generation, mirror);
  const failed = generation === "opkg" ? 255 : 1;

  test("installs a feed made at random, and just what was asked for and what that needs", async () => {
    await using manager = await start();
    const seed = randomBytes(8).toString("hex");
    const { packages, asked, needed } = randomFeed(seed);
    await manager.feed(packages);
    const { code, stderr } = await manager.install(...asked);
    expect(stderr, seed).not.toMatch(/ERROR|Collected/);
    expect(code, seed).toBe(0);
    const expected = needed.map(({ name, version = "1.0-r1" }) => `${name} - ${version}`).sort();
    expect(await manager.manifest(), seed).toEqual(expected);
    for (const [path, text] of needed.flatMap(({ files = {} }) => Object.entries(files))) {
      expect(await manager.content(path), `${seed} ${path}`).toBe(text);
    }
    const absent = packages.filter((each) => !needed.includes(each)).flatMap(({ files = {} }) => Object.keys(files));
    for (const path of absent) await expect(access(manager.path("root", path)), `${seed} ${path}`).rejects.toThrow();
  });

  test("finds a library by the name it has without its ABI, and shows it so when asked to", async () => {
    await using manager = await start();
    await manager.feed([
      { name: "libx20240329", abi: "20240329" },
      { name: "app", depends: ["libx20240329"] },
    ]);
    expect((await manager.install("libx", "app")).code).toBe(0);
    expect(await manager.manifest()).toEqual(["app - 1.0-r1", "libx20240329 - 1.0-r1"]);
    expect(await manager.manifest("--strip-abi")).toEqual(["app - 1.0-r1", "libx - 1.0-r1"]);
  });

  test("takes the newest of several versions, from whichever feed", async () => {
    await using manager = await start();
    await manager.feed([{ name: "a", version: "1.9-r1" }]);
    await manager.feed([{ name: "a", version: "1.10-r1" }]);
    await manager.feed([{ name: "a", version: "1.10_rc1-r9".replace("_", generation === "opkg" ? "~" : "_") }]);
    expect((await manager.install("a")).code).toBe(0);
    expect(await manager.manifest()).toEqual(["a - 1.10-r1"]);
  });

  test("leaves out packages of another architecture", async () => {
    await using manager = await start();
    await manager.feed([
      { name: "a", architecture: "x86_64" },
      { name: "b", architecture: "all" },
    ]);
    expect((await manager.install("b")).code).toBe(0);
    expect((await manager.install("a")).code).toBe(failed);
  });

  test("doesn't ask the mirror again for what is in the cache", async () => {
    await using manager = await start();
    const path = await manager.feed([{ name: "a", depends: ["b"] }, { name: "b" }]);
    await manager.install("a");
    await manager.clearRoot();
    mirror.clearLog();
    const { code, stdout } = await manager.install("a");
    expect(code).toBe(0);
    expect(mirror.requests.filter(({ path: asked }) => asked.startsWith(path) && /\.[ia]pk$/.test(asked))).toEqual([]);
    if (generation === "opkg") expect(stdout).toContain(`Copying ${manager.path("dl/a_1.0-r1_mips_24kc.ipk")}.\n`);
  });

  test("goes through a proxy", async () => {
    await using manager = await start();
    await manager.feed([{ name: "a" }], "http://downloads.example.org");
    const proxy = { http_proxy: mirror.url };
    if (generation === "opkg") await manager.runWith(proxy, "update");
    const { code } = await manager.runWith(proxy, generation === "opkg" ? "install" : "add", "a");
    expect(code).toBe(0);
    expect(await manager.content("usr/share/a")).toBe("a 1.0-r1\n");
  });

  test("orders versions as the real one does", async () => {
    const table = await readFile(
      new URL(`../../protocol/versioning/testdata/${generation}-versions.tsv`, import.meta.url),
    );
    const rows = table
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    const opposite: Record<string, string> = { "<": ">", ">": "<", "=": "=" };
    const pairs = rows.flatMap(([a, b]) => [`${a}\t${b}\n`, `${b}\t${a}\n`]);
    const { stdout } = await check("compare_versions.py", [generation], pairs.join(""));
    expect(stdout.trimEnd().split("\n")).toEqual(rows.flatMap(([, , order = ""]) => [order, opposite[order]]));
  });

  test("a folder is for one at a time", async () => {
    await using manager = await start();
    const path = await manager.feed([{ name: "a" }, { name: "b" }]);
    mirror.misbehave(path, "hang");
    const first = manager.start({}, generation === "opkg" ? "update" : "add", ...(generation === "opkg" ? [] : ["a"]));
    const ended = once(first, "close");
    try {
      await expect.poll(() => mirror.traffic(path).requests).toBeGreaterThan(0);
      const second = await manager.run(generation === "opkg" ? "install" : "add", "b");
      if (generation === "opkg") {
        const lock = manager.path("root/tmp/opkg.lock");
        const why = `Could not lock ${lock}: Resource temporarily unavailable.`;
        expect([second.code, second.stderr]).toEqual([255, `Collected errors:\n * opkg_conf_load: ${why}\n`]);
      } else {
        const why = "ERROR: Failed to open apk database: Resource temporarily unavailable\n";
        expect([second.code, second.stderr]).toEqual([99, why]);
      }
    } finally {
      if (first.pid) process.kill(-first.pid, "SIGKILL");
      await ended;
    }
  });

  test("puts a newer version in the place of an older one", async () => {
    await using manager = await start();
    const path = await manager.feed([{ name: "a", version: "1-r1", files: { "etc/a": "1", "etc/old": "" } }]);
    await manager.install("a");
    manager.publish(path, [{ name: "a", version: "2-r1", files: { "etc/a": "2", "etc/new": "" } }]);
    if (generation === "apk") await manager.run("update");
    const { code, stdout } = await manager.install(generation === "apk" ? "a=2-r1" : "a");
    const said = { opkg: "Upgrading a on root from 1-r1 to 2-r1...\n", apk: "(  1/1) Upgrading a (1-r1 -> 2-r1)\n" };
    expect([code, stdout]).toEqual([0, expect.stringContaining(said[generation])]);
    expect(await manager.content("etc/a")).toBe("2");
    await expect(access(manager.path("root/etc/old"))).rejects.toThrow();
    expect(await manager.manifest()).toEqual(["a - 2-r1"]);
  });

  test("refuses files of a package that lie outside of the root", async () => {
    await using manager = await start();
    await manager.feed([{ name: "evil", files: { "../../evil": "x" } }]);
    expect((await manager.install("evil")).code).toBe(failed);
    await expect(access(manager.path("evil"))).rejects.toThrow();
    expect(await manager.installed()).toEqual([]);
  });
});

describe("what opkg says", () => {
  test.each(Object.entries(OPKG_SAYS))("%s", async (_, expected) => {
    await using manager = await PackageManager.create("opkg", mirror);
    const feed = `${mirror.url}/${await manager.feed(expected.feed)}`;
    await manager.run("update");
    const ran = await manager.run("install", ...expected.asked);
    const filled = (text: string) => text.replaceAll("{feed}", feed).replaceAll("{root}", manager.path("root"));
    expect(ran.code).toBe(expected.code);
    if (expected.stderr !== undefined) expect(ran.stderr).toBe(filled(expected.stderr));
    if (expected.stdout !== undefined) expect(ran.stdout).toContain(filled(expected.stdout));
    expect(await manager.installed()).toEqual(expected.installed);
  });

  test("when it is asked of its lists", async () => {
    await using manager = await PackageManager.create("opkg", mirror);
    await manager.feed([{ name: "a", depends: ["b (>= 1)"] }, { name: "b" }]);
    await manager.run("update");
    expect((await manager.run("list")).stdout).toMatch(/^a - 1\.0-r1 - \d+ - a, made up\nb - /);
    expect((await manager.run("depends", "a")).stdout).toBe("a depends on:\n\tb (>= 1)\n");
    expect((await manager.run("whatdepends", "b")).stdout).toMatch(/\n\ta 1\.0-r1\tdepends on b \(>= 1\)\n$/);
  });

  test("while it fetches lists; those it has serve when the mirror is gone", async () => {
    await using manager = await PackageManager.create("opkg", mirror);
    const path = await manager.feed([{ name: "a" }]);
    const url = `${mirror.url}/${path}`;
    const list = manager.path("dl/feed_0");
    expect((await manager.run("update")).stdout).toBe(
      `Downloading ${url}/Packages.gz\nUpdated list of available packages in ${list}\nDownloading ${url}/Packages.sig\nSignature check passed.\n`,
    );
    mirror.misbehave(path, { kind: "status", status: 404 });
    const { stdout, stderr } = await manager.run("update");
    expect(stdout).toBe(
      `Downloading ${url}/Packages.gz\n*** Failed to download the package list from ${url}/Packages.gz\n\n`,
    );
    expect(stderr).toBe(
      `Collected errors:\n * opkg_download: Failed to download ${url}/Packages.gz, wget returned 8.\n`,
    );
    mirror.heal();
    expect((await manager.run("install", "a")).code).toBe(0);
  });

  test.each([
    ["wrong-signature", "**/Packages.sig", "Signature check failed.\nRemove wrong Signature file.\n"],
    ["altered", "**/Packages.gz", "Signature check failed.\nRemove wrong Signature file.\n"],
    ["missing-signature", "**/Packages.sig", "Signature file download failed.\nRemove wrong Signature file.\n"],
  ] as const)("of a feed with %s, which is left out until something of it is needed", async (fault, files, text) => {
    await using manager = await PackageManager.create("opkg", mirror);
    const path = await manager.feed([{ name: "a" }]);
    await manager.feed([{ name: "b" }]);
    mirror.misbehave(files.replace("**", path), fault);
    const { code, stderr } = await manager.install("b");
    expect([code, stderr]).toEqual([0, expect.stringContaining(text)]);
    expect(await manager.cached()).not.toContain("feed_0");
    expect((await manager.run("install", "a")).code).toBe(255);
  });

  test("of a key that isn't named by its fingerprint, as if there were none", async () => {
    await using manager = await PackageManager.create("opkg", mirror);
    await manager.feed([{ name: "a" }]);
    const { fingerprint, public: key } = mirror.keys.usign;
    await rm(manager.path("keys", fingerprint));
    await writeFile(manager.path("keys/mirror.pub"), key);
    expect((await manager.run("update")).stdout).toContain("Signature check failed.");
  });

  test.each([
    ["status", "Failed to download b. Perhaps you need to run 'opkg update'?"],
    [
      "altered",
      "Checksum or size mismatch for package b. Either the opkg or the package index are corrupt. Try 'opkg update'.",
    ],
    [
      "cut",
      "Checksum or size mismatch for package b. Either the opkg or the package index are corrupt. Try 'opkg update'.",
    ],
  ] as const)("of a package's file that is %s", async (kind, text) => {
    await using manager = await PackageManager.create("opkg", mirror);
    const path = await manager.feed([{ name: "a", depends: ["b"] }, { name: "b" }, { name: "c" }]);
    mirror.misbehave(`${path}/b_*`, kind === "status" ? { kind, status: 404 } : kind);
    const { code, stderr } = await manager.install("a", "c");
    expect(code).toBe(255);
    if (kind === "status")
      expect(stderr).toMatch(/ \* opkg_download: Failed to download http\S+\/b_\S+, wget returned 8\.\n/);
    expect(stderr).toContain(` * opkg_install_pkg: ${text}\n * opkg_install_cmd: Cannot install package a.\n`);
    expect(await manager.installed()).toEqual(["c"]);
    mirror.heal();
    expect((await manager.run("install", "a")).code).toBe(0);
  });

  test("of a mirror that doesn't answer", async () => {
    await using manager = await PackageManager.create("opkg", mirror);
    await manager.feed([], "http://127.0.0.1:9");
    const { stderr } = await manager.run("update");
    const failure = "Failed to download http://127.0.0.1:9/\\S+/Packages.gz, wget returned 4\\.";
    expect(stderr).toMatch(
      new RegExp(` \\* opkg_download: ${failure}\n \\* opkg_download: Check your network settings`),
    );
  });

  test("of a package that is larger than the room there is", async () => {
    await using manager = await PackageManager.create("opkg", mirror);
    await manager.feed([{ name: "a", installedSize: LARGE }]);
    const { stderr } = await manager.install("a");
    expect(stderr).toMatch(
      new RegExp(
        `verify_pkg_installable: Only have \\d+kb available on filesystem \\S+, pkg a needs ${LARGE / 1024}\n`,
      ),
    );
  });

  test("and writes: status, lists of files, control files; a package may be given by its file", async () => {
    await using manager = await PackageManager.create("opkg", mirror);
    await manager.feed([{ name: "a", depends: ["kernel (= 6.6~abc-r1)"], postInstall: SCRIPT }]);
    const kernel = smallPackage("opkg", { name: "kernel", version: "6.6~abc-r1" });
    await writeFile(manager.path(kernel.filename), kernel.bytes);
    expect((await manager.run("install", kernel.filename)).code).toBe(0);
    expect((await manager.install("kernel", "a")).code).toBe(0);
    const status = await manager.content("usr/lib/opkg/status");
    expect(status).toMatch(/^Package: kernel\nVersion: 6\.6~abc-r1\nStatus: install user installed\nArchitecture: /m);
    expect(await manager.content("usr/lib/opkg/info/a.list")).toBe("/usr/share/a\n");
    expect(await manager.content("usr/lib/opkg/info/a.control")).toContain("Depends: kernel (= 6.6~abc-r1)\n");
    expect(await manager.content("usr/lib/opkg/info/a.postinst")).toBe(SCRIPT);
    await expect(access(manager.path("root/ran"))).rejects.toThrow();
  });
});

describe("what apk says", () => {
  test.each(Object.entries(APK_SAYS))("%s", async (_, expected) => {
    await using manager = await PackageManager.create("apk", mirror);
    await manager.feed(expected.feed);
    const { code, stdout, stderr } = await manager.install(...expected.asked);
    expect({ code, stderr }).toEqual({ code: expected.code, stderr: expected.stderr ?? stderr });
    if (expected.stdout !== undefined) expect(stdout).toContain(expected.stdout);
    expect(await manager.installed()).toEqual(expected.installed);
  });

  test("nothing, when there is a set of packages that fits, however it is found", async () => {
    const { code, stdout } = await check("check_solver.py", [randomBytes(8).toString("hex"), "500"]);
    expect([code, stdout]).toEqual([0, "500 worlds, 0 wrong\n"]);
  });

  test("of an index: it serves for four hours, then it is fetched again, and stays when the mirror is gone", async () => {
    await using manager = await PackageManager.create("apk", mirror);
    const path = await manager.feed([{ name: "a" }]);
    const url = `${mirror.url}/${path}/packages.adb`;
    expect((await manager.run("add")).stdout).toBe("OK: 0 B in 0 packages\n");
    const index = (await manager.cached()).find((name) => /^APKINDEX\.[0-9a-f]{8}\.tar\.gz$/.test(name)) ?? "";
    mirror.clearLog();
    expect(await manager.run("add")).toEqual({ code: 0, stdout: "OK: 0 B in 0 packages\n", stderr: "" });
    expect(mirror.traffic(path).requests).toBe(0);
    const old = Date.now() / 1000 - 4 * 3600 - 60;
    await utimes(manager.path("dl", index), old, old);
    mirror.misbehave(path, { kind: "status", status: 404 }, 1);
    const { code, stderr } = await manager.run("add", "a");
    const said = `ERROR: wget: exited with error 8\nWARNING: updating ${url}: unexpected end of file\n`;
    expect([code, stderr]).toEqual([0, said]);
  });

  test.each([
    [{ kind: "wrong-signature" }, "", "UNTRUSTED signature"],
    [{ kind: "wrong-signature", forged: true }, "", "UNTRUSTED signature"],
    [{ kind: "missing-signature" }, "", "UNTRUSTED signature"],
    [{ kind: "cut" }, "", "unexpected end of file"],
    [{ kind: "html" }, "", "file format is invalid or inconsistent"],
    [{ kind: "status", status: 404 }, "ERROR: wget: exited with error 8\n", "unexpected end of file"],
  ] as const)("of an index with %j, which is left out until something of it is needed", async (fault, error, why) => {
    await using manager = await PackageManager.create("apk", mirror);
    const path = await manager.feed([{ name: "a" }]);
    await manager.feed([{ name: "b" }]);
    mirror.misbehave(`${path}/packages.adb`, fault);
    const { code, stderr } = await manager.install("b");
    const url = `${mirror.url}/${path}/packages.adb`;
    expect([code, stderr]).toEqual([0, `${error}WARNING: updating and opening ${url}: ${why}\n`]);
    expect((await manager.run("add", "a")).stderr).toContain("a (no such package)");
  });

  test("of a mirror that doesn't answer", async () => {
    await using manager = await PackageManager.create("apk", mirror);
    await manager.feed([], "http://127.0.0.1:9");
    expect((await manager.run("add")).stderr).toMatch(
      /^ERROR: wget: exited with error 4\nWARNING: updating and opening http:\S+\/packages\.adb: unexpected end of file\n$/,
    );
  });

  test.each([
    ["status", "ERROR: wget: exited with error 8\nERROR: b-1.0-r1: unexpected end of file\n"],
    ["altered", "ERROR: b-1.0-r1: file format is invalid or inconsistent\n"],
    ["cut", "ERROR: b-1.0-r1: unexpected end of file\n"],
  ] as const)("of a package's file that is %s", async (kind, text) => {
    await using manager = await PackageManager.create("apk", mirror);
    const path = await manager.feed([{ name: "a", depends: ["b"] }, { name: "b" }, { name: "c" }]);
    mirror.misbehave(`${path}/b-*`, kind === "status" ? { kind, status: 404 } : kind);
    const { code, stdout, stderr } = await manager.install("a", "c");
    expect([code, stderr]).toEqual([1, text]);
    expect(stdout).toMatch(/^1 error; \d+ B in 2 packages$/m);
    mirror.heal();
    expect((await manager.run("add", "a")).code).toBe(0);
    expect(await manager.installed()).toEqual(["a", "b", "c"]);
  });

  test("of a root without room", async () => {
    await using manager = await PackageManager.create("apk", mirror);
    await manager.feed([{ name: "a", files: { "usr/lib/big": "x".repeat(200_000) } }]);
    const small = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=64k small root && exec "$@"', "sh"];
    const { code, stderr } = await finished(manager.startBy(small, {}, "add", "a"));
    expect([code, stderr]).toEqual([1, "ERROR: a-1.0-r1: failed to extract usr/lib/big: No space left on device\n"]);
  });

  test("of local packages nothing when they have an index; it is taken like any other", async () => {
    await using manager = await PackageManager.create("apk", mirror);
    await manager.feed([{ name: "a", depends: ["kernel (= 6.12~abc-r1)"] }]);
    const opening = `WARNING: opening ${manager.path("packages/packages.adb")}: No such file or directory\n`;
    expect(await manager.run("--local", "packages", "add")).toMatchObject({ code: 0, stderr: opening });
    const local = smallFeed("apk", [{ name: "kernel", version: "6.12~abc-r1" }]);
    for (const [name, bytes] of local) await writeFile(manager.path("packages", name), bytes);
    const { code, stderr } = await manager.run("--local", "packages", "add", "a", "kernel=6.12~abc-r1");
    expect([code, stderr]).toEqual([0, ""]);
    expect(await manager.installed()).toEqual(["a", "kernel"]);
  });

  test("and writes: what is installed, the world, and an archive of scripts", async () => {
    await using manager = await PackageManager.create("apk", mirror);
    await manager.feed([{ name: "a", depends: ["b"], postInstall: SCRIPT }, { name: "b" }]);
    await manager.install("a=1.0-r1");
    const database = await manager.content("lib/apk/db/installed");
    expect(database).toMatch(/^P:a\nV:1\.0-r1\nA:mips_24kc$/m);
    expect(database).toMatch(/^F:usr\/share\nR:a$/m);
    expect(await manager.content("etc/apk/world")).toBe("a=1.0-r1\n");
    expect(await manager.content("lib/apk/packages/a.list")).toBe("/usr/share/a\n");
    const scripts = gunzipSync(await readFile(manager.path("root/lib/apk/db/scripts.tar.gz"))).toString("latin1");
    expect(scripts).toMatch(/^a-1\.0-r1\.X1[0-9a-f]{40}\.post-install\0/);
    expect(scripts.slice(512)).toMatch(new RegExp(`^${SCRIPT}`));
    const again = await manager.install("b");
    expect(again.stdout).toBe(`OK: ${sizeOf(database)} B in 2 packages\n`);
    expect(await manager.content("etc/apk/world")).toBe("a=1.0-r1\nb\n");
  });
});

const LARGE = 2 ** 50;
/** Scripts are for who finishes the root file system: no package manager runs them. */
const SCRIPT = "#!/bin/sh\necho ran > ran\n";

/** What the database says it all has. */
function sizeOf(database: string): number {
  return [...database.matchAll(/^I:(\d+)$/gm)].reduce((sum, [, size]) => sum + Number(size), 0);
}
