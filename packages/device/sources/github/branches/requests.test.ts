import { readFile, stat, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BranchBench, DYNAMIC, pinnedAt } from "./branches-fixture.ts";

let bench: BranchBench;
let git: BranchBench["forge"]["git"];
beforeEach(async () => {
  bench = await BranchBench.start();
  git = bench.forge.git;
});
afterEach(() => bench[Symbol.asyncDispose]());

const LISTS = ["branches?per_page=100", "tags?per_page=100"];
const statuses = () => bench.asked().map((request) => request.replace(/[?/]\S*/g, ""));

test("B20: an unchanged branch is one question, over restarts too, and with a token none that counts", async () => {
  const installed = { version: "1.0.0", commit: git.commit({ files: { "pyproject.toml": DYNAMIC } }) };
  git.tag("1.0.0");
  git.commits(3);
  const first = await bench.look("main", installed);
  bench.asked();
  expect(await bench.look("main", installed)).toEqual(first);
  expect(bench.asked()).toEqual([`${LISTS[0]} 304`]);

  await bench.look("main", installed, { token: "ghp_secret" });
  const left = () => bench.forge.quota.headers("ghp_secret")["x-ratelimit-remaining"];
  const before = left();
  bench.asked();
  expect(await bench.look("main", installed, { token: "ghp_secret" })).toEqual(first);
  expect([bench.asked(), left()]).toEqual([[`${LISTS[0]} 304`, `${LISTS[1]} 304`], before]);
});

test("B20: an installed commit that GitHub never had isn't asked for each time", async () => {
  git.commit({ files: { VERSION: "1.0" } });
  const installed = { version: "0.9", commit: "0".repeat(40) };
  await bench.look("main", installed);
  expect(bench.asked().filter((request) => request.startsWith("compare/"))).toHaveLength(1);
  await bench.look("main", installed);
  expect(bench.asked()).toEqual([`${LISTS[0]} 304`]);
});

test("B20: what a commit more costs: the lists, its files, and one comparison that says everything else", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  for (let n = 0; n < 30; n++) {
    git.tag(`1.0.${n}`);
    git.commit();
  }
  const before = git.commits(230);
  const installed = { version: "1.0.30.dev231", commit: before };
  expect((await bench.look("main", installed)).head?.version).toBe("1.0.30.dev231");
  // Two lists, what lies at the root, one file of it, and three pages of what lies between the likely tag and here.
  expect(bench.asked()).toHaveLength(7);
  git.commit({ message: "one more" });
  const { head } = await bench.look("main", installed);
  expect(head).toMatchObject({ version: "1.0.30.dev232", title: "one more", standing: { is: "ahead" } });
  const asked = bench.asked().map((request) => request.replace(/[0-9a-f]{40}/g, "#"));
  expect(asked).toEqual([
    `${LISTS[0]} 200`,
    `${LISTS[1]} 304`,
    "compare/#...#?per_page=100&page=1 200",
    "git/trees/# 200",
  ]);
});

test("B20: a limit that is used up in the middle is named, and the next look goes on from there", async () => {
  git.commit({ files: { "pyproject.toml": DYNAMIC } });
  git.tag("1.0.0");
  git.commits(250);
  // Enough of them, and elsewhere: the pages between have to be read.
  for (let n = 0; n < 5; n++) git.tag(`0.${n}`, git.commit({ branch: `old-${n}` }));
  bench.forge.quota.limit = 6;
  const { reset } = bench.forge.quota;
  await expect(bench.look()).rejects.toMatchObject({
    code: "rate_limited",
    message: expect.stringMatching(
      /asked too often from your network\. Next check after .*; a token \(token_file\) raises that/,
    ),
    fields: { retry_at: new Date(reset * 1000).toISOString() },
  });
  bench.asked();
  bench.forge.quota.limit = 60;
  expect((await bench.look()).head?.version).toBe("1.0.1.dev250");
  const asked = bench.asked();
  expect(asked.filter((request) => request.includes("page=1 ") || request.startsWith("git/trees"))).toEqual([]);
});

test("what is remembered is forgotten by its age when it is too much, and a damaged file counts as none", async () => {
  git.commit({ files: { "pyproject.toml": pinnedAt("1.0.0") } });
  const path = bench.dir.join("cache", "github-commits.json");
  const [base, ...heads] = [git.commit(), ...Array.from({ length: 40 }, () => "")];
  for (const _ of heads) {
    for (let n = 0; n < 12; n++) git.commit({ message: `${n}\n\n${"x".repeat(4000)}` });
    await bench.changes({ version: "1.0.0", commit: git.branches.get("main") ?? "" });
    await bench.changes({ version: "1.0.0", commit: base ?? "" });
    const { size } = await stat(path);
    expect(size).toBeLessThan(1_100_000);
    if (size > 900_000) break;
  }
  const { size, mode } = await stat(path);
  expect([size > 900_000, mode & 0o777]).toEqual([true, 0o600]);
  await writeFile(path, (await readFile(path, "utf8")).slice(0, -100));
  expect((await bench.look()).head?.version).toBe("1.0.0");
});

test("a token is in no file that is remembered", async () => {
  git.commit({ files: { VERSION: "1.0" } });
  await bench.look("main", null, { token: "ghp_secret" });
  for (const name of ["github-commits.json", "github-branches-1.json", "github-tags-1.json"]) {
    expect(await readFile(bench.dir.join("cache", name), "utf8")).not.toContain("ghp_secret");
  }
});

test("a renamed repository is found by its number, and the detour is made once", async () => {
  git.commit({ files: { VERSION: "1.0" } });
  bench.forge.rename("me/kitchen");
  expect((await bench.look("main", null, { token: "ghp_secret" })).head?.version).toBe("1.0");
  expect(bench.forge.requests.map(({ path, status }) => `${path} ${status}`).slice(0, 3)).toEqual([
    "/repos/me/pi-kit/branches 301",
    "/repositories/4711/branches 200",
    "/repositories/4711/tags 200",
  ]);
  expect(bench.forge.requests.every(({ headers }) => headers.authorization === "Bearer ghp_secret")).toBe(true);
});

test("asking for names only writes nothing", async () => {
  git.commit();
  expect(await (await bench.source()).branches?.names(AbortSignal.timeout(60_000))).toEqual(["main"]);
  await expect(stat(bench.dir.join("cache"))).rejects.toMatchObject({ code: "ENOENT" });
  expect(statuses()).toEqual(["branches 200"]);
});
