import { afterEach, beforeEach, expect, test } from "vitest";
import { BranchBench, DYNAMIC, pinnedAt } from "./branches-fixture.ts";

let bench: BranchBench;
let git: BranchBench["forge"]["git"];
beforeEach(async () => {
  bench = await BranchBench.start();
  git = bench.forge.git;
});
afterEach(() => bench[Symbol.asyncDispose]());

const titles = async (...asked: Parameters<BranchBench["changes"]>) =>
  (await bench.changes(...asked)).changes.map(({ title }) => title);

test("what is new since the installed commit, newest first, with who, when, why and where", async () => {
  const commit = git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("1.0.0");
  git.commit({ message: "first", author: "Ben" });
  const sha = git.commit({ message: "second\r\n\r\nBecause.\n", author: "Ann" });
  const { latest, changes } = await bench.changes({ version: "1.0.0", commit });
  expect(latest).toBe("1.0.1.dev2");
  expect(changes.map(({ title, author }) => [title, author])).toEqual([
    ["second", "Ann"],
    ["first", "Ben"],
  ]);
  expect(changes[0]).toEqual({
    sha,
    short_sha: sha.slice(0, 7),
    title: "second",
    body: "Because.",
    author: "Ann",
    date: git.get(sha)?.date.toISOString(),
    url: `${bench.forge.url}/me/pi-kit/commit/${sha}`,
  });
});

test("B2 the newest commits come, however many hundreds there are, and only the last pages are read", async () => {
  const commit = git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("1.0.0");
  git.commits(450);
  const installed = { version: "1.0.0", commit };
  expect((await bench.look("main", installed)).head?.version).toBe("1.0.1.dev450");
  bench.asked();
  expect(await titles(installed, 40)).toEqual(Array.from({ length: 40 }, (_, n) => `change ${451 - n}`));
  const pages = () => bench.asked().flatMap((request) => /&page=(\d+)/.exec(request)?.[1] ?? []);
  expect(pages()).toEqual(["5"]);
  // One that is further on than the first page goes.
  expect((await titles(installed, 100)).at(-1)).toBe("change 352");
  expect(pages()).toEqual(["4"]);
  expect((await titles(installed, 100)).length).toBe(100);
  expect(pages()).toEqual([]);
});

test("between two commits it is those in between, without asking where the branch is now", async () => {
  const [commit, , until] = ["installed", "one", "two"].map((message) => git.commit({ message }));
  git.commit({ message: "three" });
  const { branches } = await bench.source();
  const asked = {
    channel: "gone",
    installed: { version: "1.0.0", commit: commit ?? "" },
    until: { version: "1.0.2", commit: until ?? "" },
  };
  const found = await branches?.changes(asked, 40, AbortSignal.timeout(60_000));
  expect([found?.latest, found?.changes.map(({ title }) => title)]).toEqual(["1.0.2", ["two", "one"]]);
  expect(bench.asked()).toHaveLength(1);
});

test("commits that came by a merge are new, too, and what is installed already isn't", async () => {
  git.commit({ files: { "pyproject.toml": pinnedAt("1.0.0") } });
  git.branch("side");
  git.commit({ branch: "side", message: "aside" });
  const commit = git.commit({ message: "installed" });
  git.commit({ message: "merge", merges: [git.branches.get("side") ?? ""] });
  expect(await titles({ version: "1.0.0", commit })).toEqual(["merge", "aside"]);
  expect(await titles({ version: "1.0.0", commit: git.branches.get("main") ?? "" })).toEqual([]);
});

test("B7 the other way round, from dev to main: nothing new, and what main alone has", async () => {
  git.commit({ files: { "pyproject.toml": pinnedAt("1.0.0") } });
  git.branch("dev");
  const dev = git.commit({ branch: "dev", message: "of dev" });
  const installed = { version: "1.1.0.dev1", commit: dev };
  expect(await titles(installed)).toEqual([]);
  expect((await bench.look("main", installed)).head?.standing).toEqual({ to: dev, is: "behind" });
  git.commit({ message: "of main" });
  expect(await titles(installed)).toEqual(["of main"]);
});

test("without an installed commit its tag decides, or what its version says of it, or how many were counted", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("v1.0.0");
  git.commits(9);
  const sha = git.commit({ message: "two ago" });
  git.commit({ message: "last but one" });
  git.commit({ message: "last" });
  expect((await titles({ version: "1.0.0", commit: null })).length).toBe(12);
  expect(await titles({ version: `1.0.1.dev10+g${sha.slice(0, 7)}`, commit: null })).toEqual(["last", "last but one"]);
  expect(await titles({ version: "1.0.1.dev11", commit: null })).toEqual(["last"]);
  expect(await titles({ version: "1.0.1.dev99", commit: null })).toEqual([]);
  // Nothing is known of it: all there are.
  expect((await titles({ version: "0.3", commit: null })).length).toBe(13);
  expect((await titles({ version: "0.3", commit: "0".repeat(40) })).length).toBe(13);
  expect(await titles(null, 2)).toEqual(["last", "last but one"]);
});

test("a branch whose project states no version has changes all the same", async () => {
  const commit = git.commit({ files: { "pyproject.toml": pinnedAt("1.0.0") } });
  git.commit({ files: { "pyproject.toml": "[project\n" }, message: "oops" });
  const { latest, changes } = await bench.changes({ version: "1.0.0", commit });
  expect([latest, changes.map(({ title }) => title)]).toEqual([null, ["oops"]]);
});

test("a branch that is called like the beginning of a commit's id isn't taken for that commit", async () => {
  const commit = git.commit({ files: { "pyproject.toml": pinnedAt("1.0.0") } });
  git.commit();
  git.branch("deadbee", commit);
  const { head } = await bench.look("main", { version: "1.0.0+gdeadbee", commit: null });
  expect(head?.standing).toBeNull();
});

test("what is remembered is told without the network; nothing is, where nothing was asked", async () => {
  const commit = git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.commits(3);
  const signal = AbortSignal.timeout(60_000);
  const asked = { channel: "main", installed: { version: "0.1.dev1", commit } };
  const known = async (more = {}) => (await bench.source()).branches?.knownChanges({ ...asked, ...more }, 40, signal);
  expect(await known()).toBeNull();
  const fresh = await bench.changes(asked.installed);
  bench.asked();
  git.commit();
  expect(await known()).toEqual(fresh);
  expect(await known({ channel: "other" })).toBeNull();
  expect(await known({ installed: { version: "0.1", commit: "0".repeat(40) } })).toBeNull();
  expect(bench.asked()).toEqual([]);
});
