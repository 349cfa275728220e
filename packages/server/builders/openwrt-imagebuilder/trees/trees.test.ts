import { execFileSync } from "node:child_process";
import { lstat, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { bootId } from "@pawl/device/process-identity";
import { MIRROR_KEYS } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { archiveOf, LEAST, publish } from "./testing/archives.ts";
import { USER, VERSION, Workshop } from "./testing/workshop.ts";

let shop: Workshop;
beforeAll(async () => {
  shop = await Workshop.open();
});
afterEach(() => shop.mirror.reset());
afterAll(() => shop[Symbol.asyncDispose]());

const ARCHIVE = `**/openwrt-imagebuilder-**`;

test("an ImageBuilder is fetched, checked and unpacked, once", async () => {
  await using trees = await shop.trees("first");
  {
    await using held = await shop.take(trees);
    expect(held.archive).toBe(`openwrt-imagebuilder-${VERSION}-ath79-generic.Linux-x86_64.tar.zst`);
    expect(shop.steps).toEqual(["download", "unpack"]);
    expect(shop.notes.join("\n")).toMatch(/Fetching openwrt-imagebuilder.*: 0\.\d of 0\.\d MB\nUnpacking openwrt/);
    const makefile = await stat(`${held.path}/Makefile`);
    expect(makefile.uid).toBe(USER?.uid ?? process.getuid?.());
    expect(makefile.mode & 0o777).toBe(0o644);
    // Make goes by times: all are the archive's own (imagebuilder.md §2).
    expect(makefile.mtimeMs).toBeLessThan(Date.now() - 24 * 60 * 60_000);
    expect(await readFile(`${held.path}/repositories.conf`, "utf8")).toContain("https://downloads.openwrt.org/");
  }
  shop.mirror.clearLog();
  await using again = await shop.take(trees);
  expect(shop.steps).toEqual([]);
  expect(shop.mirror.requests).toEqual([]);
  expect((await stat(`${again.path}/Makefile`)).isFile()).toBe(true);
  expect(await shop.names("first", "parts")).toEqual([]);
  expect(await shop.names("first", "half")).toEqual([]);
});

test.runIf(USER !== null)(
  "whom they belong to gets at none by itself: builds without a sandbox are that user, too",
  async () => {
    await using trees = await shop.trees("first");
    await using held = await shop.take(trees);
    const see = (user: { uid: number; gid: number }) => execFileSync("ls", [held.path], { ...user, stdio: "pipe" });
    expect(see({ uid: 0, gid: 0 }).toString()).toContain("Makefile");
    expect(() => see(USER ?? { uid: 0, gid: 0 })).toThrow("Permission denied");
  },
);

test("one of the older generation, compressed by xz, is unpacked as well", async () => {
  await using trees = await shop.trees("first");
  await using held = await shop.take(trees, shop.recipe({}, "23.05.6"));
  expect(held.archive).toMatch(/\.tar\.xz$/);
  expect((await stat(`${held.path}/Makefile`)).isFile()).toBe(true);
});

test("another process finds it there", async () => {
  await using trees = await shop.trees("first");
  await using _held = await shop.take(trees);
  expect(shop.steps).toEqual([]);
});

test("many who want the same at once wait for one fetch; one who goes away doesn't end it", async () => {
  await using trees = await shop.trees("many");
  const impatient = new AbortController();
  const gone = shop.take(trees, shop.recipe(), impatient.signal);
  const rest = Array.from({ length: 5 }, () => shop.take(trees));
  impatient.abort(new Error("gone"));
  await expect(gone).rejects.toThrow("gone");
  const held = await Promise.all(rest);
  expect(new Set(held.map(({ path }) => path)).size).toBe(1);
  expect(shop.mirror.traffic(ARCHIVE).requests).toBe(1);
  for (const tree of held) await tree[Symbol.asyncDispose]();
});

test("two processes wait for one fetch", async () => {
  await using one = await shop.trees("two");
  await using two = await shop.trees("two");
  const held = await Promise.all([shop.take(one), shop.take(two)]);
  expect(shop.mirror.traffic(ARCHIVE).requests).toBe(1);
  for (const tree of held) await tree[Symbol.asyncDispose]();
});

test("when nobody waits any more, it ends, and what came is gone on with", async () => {
  await using trees = await shop.trees("left");
  shop.mirror.misbehave(ARCHIVE, { kind: "slow", bytesPerSecond: 40_000 });
  const gone = new AbortController();
  const taking = shop.take(trees, shop.recipe(), gone.signal);
  const begun = async () => (await shop.names("left", "parts")).some((name) => name.endsWith(".zst"));
  await expect.poll(begun, { interval: 10 }).toBe(true);
  const part = (await shop.names("left", "parts")).find((name) => name.endsWith(".zst")) ?? "";
  await expect
    .poll(async () => (await stat(shop.dir.join("left", "parts", part))).size, { interval: 10 })
    .toBeGreaterThan(0);
  gone.abort(new Error("gone"));
  await expect(taking).rejects.toThrow("gone");
  shop.mirror.heal();
  shop.mirror.clearLog();
  await using _held = await shop.take(trees);
  expect(shop.mirror.requests.filter(({ path }) => path.includes("imagebuilder")).map(({ status }) => status)).toEqual([
    206,
  ]);
});

test("a mirror that breaks off is asked for the rest; one that then has another file sends all of it", async () => {
  await using trees = await shop.trees("resumed");
  shop.mirror.misbehave(ARCHIVE, "truncated", 1);
  await using _held = await shop.take(trees);
  const statuses = () =>
    shop.mirror.requests.filter(({ path }) => path.includes("imagebuilder")).map(({ status }) => status);
  expect(statuses()).toEqual([200, 206]);

  const recipe = shop.recipe({}, "24.10.4");
  const before = await archiveOf(shop.dir.join("before"), { ...LEAST, old: "x".repeat(9_999) });
  const after = await archiveOf(shop.dir.join("after"), { ...LEAST, young: "y".repeat(9_999) });
  const path = publish(shop.mirror, recipe, before);
  shop.mirror.clearLog();
  shop.mirror.misbehave(path, "truncated", 1);
  const taking = shop.take(trees, recipe);
  await expect.poll(statuses, { interval: 5 }).toEqual([200]);
  publish(shop.mirror, recipe, after);
  await using held = await taking;
  expect((await stat(`${held.path}/young`)).isFile()).toBe(true);
  expect(shop.notes.join()).toMatch(/was replaced while it was fetched/);
});

test("a rest that comes from another file isn't put to what is there", async () => {
  await using trees = await shop.trees("moved");
  shop.mirror.misbehave(ARCHIVE, "moved", 1);
  shop.mirror.misbehave(ARCHIVE, "truncated", 1);
  await using _held = await shop.take(trees);
  expect(shop.mirror.traffic(ARCHIVE).requests).toBe(3);
  expect(shop.notes.join("\n")).toMatch(/It is fetched once more/);
});

test("a mirror that is down for a while fails the build for now, and is gone on with later", async () => {
  await using trees = await shop.trees("down");
  shop.mirror.misbehave(ARCHIVE, "down");
  shop.mirror.misbehave(ARCHIVE, { kind: "truncated", after: 5_000 }, 1);
  const { code, sentence } = await shop.outcome(trees);
  expect(code).toBe("mirror_failed");
  expect(sentence).toMatch(/couldn't be fetched: 127\.0\.0\.1:\d+ can't be reached/);
  shop.mirror.heal();
  shop.mirror.clearLog();
  await using _held = await shop.take(await shop.trees("down"));
  expect(shop.mirror.requests.map(({ status }) => status)).toEqual([206]);
});

test.each([
  [
    "sums that aren't there",
    "**/sha256sums",
    { kind: "status", status: 404 },
    "imagebuilder_missing",
    /try again in a few hours/,
  ],
  ["sums by a web page", "**/sha256sums", "html", "mirror_failed", /web page/],
  ["sums that stop in a line", "**/sha256sums", "cut", "imagebuilder_refused", /doesn't match its signature/],
  ["a mirror that is overloaded", "**/sha256sums", { kind: "status", status: 503 }, "mirror_failed", /answers 503/],
  ["a signature by a stranger", "**/sha256sums.sig", "wrong-signature", "imagebuilder_refused", /is signed by the key/],
  [
    "a forged signature",
    "**/sha256sums.sig",
    { kind: "wrong-signature", forged: true },
    "imagebuilder_refused",
    /doesn't match/,
  ],
  ["no signature", "**/sha256sums.sig", "missing-signature", "imagebuilder_refused", /signature is wanted/],
  ["an archive by a web page", ARCHIVE, "html", "mirror_failed", /web page/],
  [
    "an archive that is named and isn't there",
    ARCHIVE,
    { kind: "status", status: 404 },
    "mirror_failed",
    /isn't there/,
  ],
  ["an archive with another byte", ARCHIVE, "altered", "imagebuilder_refused", /isn't what its sha256sums name/],
  ["an archive that is whole, and too short", ARCHIVE, "cut", "imagebuilder_refused", /isn't what its sha256sums name/],
  ["an archive that always breaks off", ARCHIVE, { kind: "truncated", after: 0 }, "mirror_failed", /broke off/],
  ["a mirror in circles", ARCHIVE, "redirect-loop", "mirror_failed", /redirects/],
] as const)("%s: a build's failure, and nothing is kept", async (name, pattern, fault, code, words) => {
  const folder = `bad ${name}`;
  await using trees = await shop.trees(folder);
  shop.mirror.misbehave(pattern, fault);
  const outcome = await shop.outcome(trees);
  expect(outcome).toEqual({ code, sentence: expect.stringMatching(words) });
  expect(outcome.sentence).not.toContain(shop.dir.path);
  expect(await shop.names(folder, "trees")).toEqual([]);
  expect(await shop.names(folder, "half")).toEqual([]);
});

test("what was wrong once is fetched once more", async () => {
  await using trees = await shop.trees("once");
  shop.mirror.misbehave(ARCHIVE, "altered", 1);
  await using _held = await shop.take(trees);
  expect(shop.notes.join("\n")).toMatch(/isn't what its sha256sums name.* It is fetched once more/);
});

test("a folder without an ImageBuilder is told so", async () => {
  await using trees = await shop.trees("none");
  const recipe = shop.recipe({ keys: { usign: [], apk: [] } });
  shop.mirror.put(`${recipe.targetPath}/sha256sums`, `${"0".repeat(64)} *profiles.json\n`);
  expect((await shop.outcome(trees, recipe)).code).toBe("imagebuilder_missing");
});

test("without keys no signature is asked for; with other keys it is asked anew", async () => {
  await using trees = await shop.trees("keys");
  shop.mirror.misbehave("**/sha256sums.sig", "down");
  expect((await shop.outcome(trees, shop.recipe({ keys: { usign: [], apk: [] } }))).code).toBe("taken");
  expect((await shop.outcome(trees)).code).toBe("mirror_failed");
  const apkOnly = { usign: [], apk: [MIRROR_KEYS.apk.pem] };
  expect((await shop.outcome(trees, shop.recipe({ keys: apkOnly }))).code).toBe("imagebuilder_refused");
  expect((await shop.outcome(trees, shop.recipe({ keys: { usign: ["nonsense"], apk: [] } }))).code).toBe(
    "imagebuilder_refused",
  );
});

test("an archive longer than allowed isn't fetched, one that unpacks to too much isn't kept", async () => {
  await using small = await shop.trees("small", { limits: { maxArchiveBytes: 1_000 } });
  expect(await shop.outcome(small)).toMatchObject({
    code: "imagebuilder_refused",
    sentence: expect.stringMatching(/longer than/),
  });
  await using bomb = await shop.trees("bomb", { limits: { maxTreeBytes: 1_000_000 } });
  const recipe = shop.recipe({}, "24.10.4");
  publish(shop.mirror, recipe, await archiveOf(shop.dir.join("bombs"), { ...LEAST, zeros: "0".repeat(20_000_000) }));
  expect(await shop.outcome(bomb, recipe)).toMatchObject({
    code: "imagebuilder_refused",
    sentence: expect.stringMatching(/more than/),
  });
  expect(await shop.names("bomb", "half")).toEqual([]);
});

const HOSTILE: Record<string, (top: string) => Promise<unknown>> = {
  "a link that leads out": (top) => symlink("../../x", `${top}/link`),
  "a link by a whole path": (top) => symlink("/etc/passwd", `${top}/link`),
  "a link through another link": async (top) => {
    await symlink(".", `${top}/here`);
    await symlink("here/../../x", `${top}/link`);
  },
  "a Makefile that is a link": async (top) => {
    await mkdir(`${top}/sub`);
    await writeFile(`${top}/sub/Makefile`, "");
    await symlink("sub/Makefile", `${top}/Makefile`);
  },
};

test.each(Object.entries(HOSTILE))("an archive with %s is refused", async (name, more) => {
  const folder = `hostile ${name}`;
  await using trees = await shop.trees(folder);
  const { Makefile, ...rest } = LEAST;
  const files = name.includes("Makefile") ? rest : { ...rest, Makefile: `${Makefile}` };
  const recipe = shop.recipe({}, "24.10.4");
  publish(shop.mirror, recipe, await archiveOf(shop.dir.join("made", name), files, more));
  expect((await shop.outcome(trees, recipe)).code).toBe("imagebuilder_refused");
  expect(await shop.names(folder, "trees")).toEqual([]);
});

test("links among an ImageBuilder's own tools may lead to the host's", async () => {
  await using trees = await shop.trees("links");
  const recipe = shop.recipe({}, "24.10.4");
  const archive = await archiveOf(shop.dir.join("tools"), { ...LEAST, "staging_dir/host/bin/x": "" }, async (top) => {
    await symlink("/usr/bin/python3", `${top}/staging_dir/host/bin/python3`);
    await symlink("../../../Makefile", `${top}/staging_dir/host/bin/makefile`);
  });
  publish(shop.mirror, recipe, archive);
  await using held = await shop.take(trees, recipe);
  expect((await lstat(`${held.path}/staging_dir/host/bin/python3`)).isSymbolicLink()).toBe(true);
});

test.each([
  ["damaged", () => Buffer.concat([Buffer.from("28b52ffd", "hex"), Buffer.alloc(999)])],
  ["not an archive", () => Buffer.from("hello, this is no archive at all")],
  ["empty", () => Buffer.alloc(0)],
])("an archive that is %s, though its sums say so, is refused", async (name, made) => {
  await using trees = await shop.trees(`damaged ${name}`);
  const recipe = shop.recipe({}, "24.10.4");
  publish(shop.mirror, recipe, made());
  expect((await shop.outcome(trees, recipe)).code).toBe("imagebuilder_refused");
  expect(await shop.names(`damaged ${name}`, "trees")).toEqual([]);
});

test("upstream is asked after a while, and at once when the catalog knows of another revision", async () => {
  await using trees = await shop.trees("fresh");
  const recipe = shop.recipe();
  const asked = async (minutes: number, versionCode = recipe.inputs.versionCode) => {
    shop.now = new Date(shop.now.getTime() + minutes * 60_000);
    shop.mirror.clearLog();
    await using _held = await shop.take(trees, { ...recipe, inputs: { ...recipe.inputs, versionCode } });
    return shop.mirror.requests.map(({ path, status }) => `${status} ${path.split("/").at(-1)}`);
  };
  expect(await asked(0)).toHaveLength(3);
  expect(await asked(5)).toEqual([]);
  expect(await asked(20)).toEqual(["304 sha256sums"]);
  expect(await asked(0, "r2-0123456789")).toEqual(["304 sha256sums"]);
  expect(await asked(0, "r2-0123456789")).toEqual([]);
  // A clock that was wrong: what was said in the future is asked again.
  expect(await asked(-60, "r2-0123456789")).toEqual(["304 sha256sums"]);
});

test("a snapshot's new archive is a new tree; the old one stays as long as somebody has it", async () => {
  await using trees = await shop.trees("snapshots");
  const recipe = shop.recipe({}, "24.10.4");
  publish(shop.mirror, recipe, await archiveOf(shop.dir.join("monday"), { ...LEAST, day: "monday" }));
  const monday = await shop.take(trees, recipe);
  publish(shop.mirror, recipe, await archiveOf(shop.dir.join("tuesday"), { ...LEAST, day: "tuesday" }));
  shop.now = new Date(shop.now.getTime() + 3_600_000);
  await using tuesday = await shop.take(trees, recipe);
  expect(await readFile(`${monday.path}/day`, "utf8")).toBe("monday");
  expect(await readFile(`${tuesday.path}/day`, "utf8")).toBe("tuesday");
  await monday[Symbol.asyncDispose]();
  expect(await shop.names("snapshots", "trees")).toEqual([expect.stringContaining(tuesday.sha256.slice(0, 32))]);
  publish(shop.mirror, recipe, await archiveOf(shop.dir.join("wednesday"), { ...LEAST, day: "wednesday" }));
  shop.now = new Date(shop.now.getTime() + 3_600_000);
  await using _wednesday = await shop.take(trees, recipe);
  expect(await shop.names("snapshots", "trees")).toHaveLength(2);
});

test.each(["down", { kind: "status", status: 502 }, "html"] as const)(
  "a mirror in trouble (%o) leaves the tree usable, and is left alone for a while",
  async (fault) => {
    await using trees = await shop.trees("usable");
    expect((await shop.outcome(trees)).code).toBe("taken");
    shop.now = new Date(shop.now.getTime() + 3_600_000);
    shop.mirror.misbehave("", fault);
    expect((await shop.outcome(trees)).code).toBe("taken");
    expect(shop.notes.join()).toMatch(/Whether openwrt-imagebuilder.* is still the newest can't be asked/);
    shop.mirror.clearLog();
    expect((await shop.outcome(trees)).code).toBe("taken");
    expect(shop.mirror.requests).toEqual([]);
  },
);

test("what isn't used goes when there are too many, the oldest first, and never what somebody has", async () => {
  const sizes = { dir: "budget", bytes: 3_000_000 };
  const budgetBytes = 2.5 * sizes.bytes;
  await using trees = await shop.trees(sizes.dir, { budgetBytes });
  await using others = await shop.trees(sizes.dir, { budgetBytes });
  const versions = ["24.10.0", "24.10.1", "24.10.2", "24.10.3"];
  const recipes = versions.map((version) => shop.recipe({}, version));
  for (const [at, recipe] of recipes.entries()) {
    const files = { ...LEAST, big: String(at).repeat(sizes.bytes) };
    publish(shop.mirror, recipe, await archiveOf(shop.dir.join("budgets", `${at}`), files));
  }
  const [a, b, c, d] = recipes;
  const later = () => {
    shop.now = new Date(shop.now.getTime() + 1_000);
  };
  const isThere = async (recipe = a) => {
    await shop.outcome(others, recipe);
    return shop.steps.length === 0;
  };
  const held = await shop.take(others, a);
  later();
  await shop.outcome(trees, b);
  later();
  await shop.outcome(trees, c);
  expect(await shop.names(sizes.dir, "trees")).toHaveLength(2);
  expect(await isThere(a)).toBe(true);
  expect(await isThere(c)).toBe(true);
  await held[Symbol.asyncDispose]();
  later();
  expect(await isThere(c)).toBe(true);
  later();
  await shop.outcome(trees, d);
  expect(await isThere(c)).toBe(true);
  expect(await isThere(d)).toBe(true);
  expect(await shop.names(sizes.dir, "trees")).toHaveLength(2);
});

test("snapshots go before what was used longer ago", async () => {
  const bytes = 3_000_000;
  await using trees = await shop.trees("snapshots first", { budgetBytes: 2.5 * bytes });
  const recipes = ["24.10.2", "24.10-SNAPSHOT", "24.10.3"].map((version) => shop.recipe({}, version));
  for (const [at, recipe] of recipes.entries()) {
    const files = { ...LEAST, big: String(at).repeat(bytes) };
    publish(shop.mirror, recipe, await archiveOf(shop.dir.join("first to go", `${at}`), files));
    shop.now = new Date(shop.now.getTime() + 1_000);
    await shop.outcome(trees, recipe);
  }
  const [release, snapshot] = recipes;
  await shop.outcome(trees, release);
  expect(shop.steps).toEqual([]);
  await shop.outcome(trees, snapshot);
  expect(shop.steps).not.toEqual([]);
});

test("a tree that the disk may not have isn't believed after a restart of the machine", async () => {
  const record = async () => {
    const [key] = await shop.names("restarted", "trees");
    const path = shop.dir.join("restarted", "trees", `${key}`, "record.json");
    return { path, text: await readFile(path, "utf8") };
  };
  for (const isSynced of [false, true]) {
    {
      await using trees = await shop.trees("restarted");
      expect((await shop.outcome(trees)).code).toBe("taken");
    }
    const { path, text } = await record();
    expect(JSON.parse(text)).toMatchObject({ boot: bootId(), isSynced: false });
    await writeFile(path, text.replace(bootId(), "another boot").replace('"isSynced":false', `"isSynced":${isSynced}`));
    await using after = await shop.trees("restarted");
    expect(await shop.names("restarted", "trees")).toHaveLength(isSynced ? 1 : 0);
    expect((await shop.outcome(after)).code).toBe("taken");
    expect(shop.steps).toEqual(isSynced ? [] : ["download", "unpack"]);
  }
});

test("on a machine for which there are no ImageBuilders that is said", async () => {
  await using trees = await shop.trees("arm", { machine: { platform: "linux", arch: "arm64" } });
  const { code, sentence } = await shop.outcome(trees);
  expect(code).toBe("worker_failed");
  expect(sentence).toBe("ImageBuilders exist for Linux on x86_64 only, and this worker is linux on arm64.");
});
