import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { GitRepository } from "@pawl/testkit";
import { expect, test } from "vitest";
import { run } from "../../../system/run.ts";
import { gitSource } from "../../git/index.ts";
import type { Source } from "../../types.ts";
import { BranchBench, DYNAMIC } from "./branches-fixture.ts";

const FILES = { "pyproject.toml": DYNAMIC, "bin/run": "#!/bin/sh\n", link: "-> bin/run" };
const BRANCHES = ["main", "dev", "old"];

/** The same numbers from 0 to 1 for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Three branches with merges and tags, at random. */
async function makeHistory(repository: GitRepository, seed: number): Promise<void> {
  const next = random(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
  const files = {
    "pyproject.toml": DYNAMIC,
    "bin/run": { mode: "100755", data: "#!/bin/sh\n" },
    link: { mode: "120000", data: "bin/run" },
  } as const;
  const all = [await repository.commit("main", { files, message: "Begin" })];
  for (const branch of ["dev", "old"]) await repository.branch(branch, all[0] ?? "");
  for (let step = 0; step < 22; step++) {
    const branch = pick(BRANCHES);
    const other = pick(BRANCHES);
    const isMerge = next() < 0.2 && repository.heads.get(other) !== repository.heads.get(branch);
    const merge = isMerge ? { merge: repository.heads.get(other) } : {};
    all.push(await repository.commit(branch, { message: `Step ${step}\n\nOf ${branch}.`, ...merge }));
    const name = pick([`1.${step}.0`, `v1.${step}.1`, `2.0.0rc${step}`, `1.${step}.0.post1`]);
    if (next() < 0.25) await repository.tag(name, pick(all));
  }
}

/** Has GitHub's API tell of a repository of git's. */
async function copyTo(bench: BranchBench, repository: GitRepository): Promise<string[]> {
  const { git } = bench.forge;
  const log = await repository.git("log", "--all", "--format=%H%x00%P%x00%an%x00%at%x00%B%x00END");
  const commits = log
    .split(/\0END(?:\n|$)/)
    .slice(0, -1)
    .map((entry) => entry.split("\0"));
  for (const [sha = "", parents = "", author = "", at = "", message = ""] of commits) {
    const date = new Date(Number(at) * 1000);
    const known = { files: FILES, executable: ["bin/run"] };
    git.add({ sha, parents: parents.split(" ").filter(Boolean), author, date, message, ...known });
  }
  for (const [name, sha] of repository.heads) git.branch(name, sha);
  const tags = await repository.git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/tags/");
  for (const line of tags.split("\n").filter(Boolean)) git.tag(...(line.split(" ") as [string, string]));
  return commits.map(([sha = ""]) => sha);
}

async function treeOf(source: Source, commit: string, dir: string): Promise<Record<string, string>> {
  await mkdir(dir);
  await source.branches?.checkOut(commit, dir, () => undefined, AbortSignal.timeout(20_000));
  const tree: Record<string, string> = {};
  for (const path of await readdir(dir, { recursive: true })) {
    const { mode } = await stat(join(dir, path));
    const text = await readFile(join(dir, path), "utf8").catch(() => "");
    tree[path] = `${(mode & 0o7777).toString(8)} ${text}`;
  }
  return tree;
}

test("the API is understood as git understands the same repository: offers, standing, changes and files", async () => {
  for (const seed of [1, 2]) {
    await using bench = await BranchBench.start();
    const repository = await GitRepository.create(bench.dir.join("repository.git"));
    await makeHistory(repository, seed);
    const commits = await copyTo(bench, repository);
    bench.forge.quota.limit = 100_000;
    const parts = { cacheDir: bench.dir.join("git-cache"), userAgent: "pawl/0.1.0", run };
    const [git, github] = [gitSource({ url: `file://${repository.path}` } as never, parts), await bench.source()];
    const signal = AbortSignal.timeout(60_000);
    const pick = random(seed);
    for (const channel of BRANCHES) {
      const commit = commits[Math.floor(pick() * commits.length)] ?? "";
      const asked = { channel, installed: { version: "1.0", commit } };
      const [here, there] = await Promise.all([git.look(asked, signal), github.look(asked, signal)]);
      const told = ({ offers, channels }: typeof here) => ({
        channels: [...channels].sort(),
        offers: offers
          .map(({ version, channel, commit, standing = null, title }) => ({
            version,
            channel,
            commit,
            standing,
            title,
          }))
          .sort((a, b) => `${a.channel} ${a.version} ${a.title}`.localeCompare(`${b.channel} ${b.version} ${b.title}`)),
      });
      expect(told(there), `seed ${seed}, ${channel}`).toEqual(told(here));
      const [mine, theirs] = [
        await git.branches?.changes(asked, 40, signal),
        await github.branches?.changes(asked, 40, signal),
      ];
      const without = (changes: typeof mine) => changes?.changes.map((change) => ({ ...change, url: null }));
      expect([theirs?.latest, without(theirs)]).toEqual([mine?.latest, without(mine)]);
    }
    if (seed > 1) continue;
    const head = repository.heads.get("main") ?? "";
    expect(await treeOf(github, head, bench.dir.join("a"))).toEqual(await treeOf(git, head, bench.dir.join("b")));
  }
});
