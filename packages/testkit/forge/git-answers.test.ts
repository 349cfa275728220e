import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeForge } from "./fake-forge.ts";

let forge: FakeForge;
beforeEach(async () => {
  forge = await FakeForge.start({ kind: "github" });
});
afterEach(() => forge[Symbol.asyncDispose]());

const ask = async <T>(path: string, headers = {}) => {
  const answer = await fetch(`${forge.url}/repos/me/pi-kit/${path}`, { headers });
  return { status: answer.status, json: (await answer.json()) as T, link: answer.headers.get("link") };
};
interface Compared {
  status: string;
  ahead_by: number;
  behind_by: number;
  total_commits: number;
  commits: { sha: string; commit: { message: string } }[];
  files?: object[];
}

test("a comparison has the newest 250 without paging, and its pages begin with the oldest", async () => {
  const base = forge.git.commit({ files: { a: "1" } });
  const first = forge.git.commit({ files: { a: "2" } });
  const head = forge.git.commits(299);
  const whole = (await ask<Compared>(`compare/${base}...main`)).json;
  expect(whole).toMatchObject({ status: "ahead", ahead_by: 300, behind_by: 0, total_commits: 300 });
  expect([whole.commits.length, whole.commits.at(-1)?.sha]).toEqual([250, head]);
  const page1 = await ask<Compared>(`compare/${base}...${head}?per_page=100`);
  expect([page1.json.commits.length, page1.json.commits[0]?.sha, page1.json.files?.length]).toEqual([100, first, 1]);
  expect(page1.link).toContain('page=3>; rel="last"');
  const page3 = (await ask<Compared>(`compare/${base}...${head}?per_page=100&page=3`)).json;
  expect([page3.total_commits, page3.commits.at(-1)?.sha, page3.files]).toEqual([300, head, undefined]);
  expect((await ask<Compared>(`compare/${head}...${base.slice(0, 9)}`)).json).toMatchObject({
    status: "behind",
    ahead_by: 0,
    behind_by: 300,
  });
});

test("commits of another branch, of another history, and none at all", async () => {
  forge.git.commit();
  forge.git.branch("dev");
  forge.git.commit({ branch: "dev" });
  forge.git.commit();
  forge.git.commit({ branch: "other" });
  expect((await ask("compare/main...dev")).json).toMatchObject({ status: "diverged", ahead_by: 1, behind_by: 1 });
  expect((await ask("compare/main...main")).json).toMatchObject({ status: "identical" });
  const unrelated = await ask<{ message: string }>("compare/main...other");
  expect([unrelated.status, unrelated.json.message]).toEqual([404, expect.stringContaining("No common ancestor")]);
  expect((await ask("compare/main...0000000")).status).toBe(404);
});

test("tags are listed by name, the last first", async () => {
  forge.git.commit();
  for (const tag of ["1.0.9", "1.0.10"]) forge.git.tag(tag);
  expect((await ask<{ name: string }[]>("tags?per_page=100")).json.map(({ name }) => name)).toEqual([
    "1.0.9",
    "1.0.10",
  ]);
  expect((await ask<{ name: string }[]>("branches")).json).toMatchObject([{ name: "main", protected: false }]);
});

test("a file is raw for those who ask for that, and described for others", async () => {
  const sha = forge.git.commit({ files: { "a b.txt": "text", "dir/c": "-> ../a b.txt" } });
  const raw = await fetch(`${forge.url}/repos/me/pi-kit/contents/a%20b.txt?ref=${sha}`, {
    headers: { accept: "application/vnd.github.raw+json" },
  });
  expect(await raw.text()).toBe("text");
  expect((await ask(`contents/a%20b.txt?ref=${sha}`)).json).toMatchObject({ encoding: "base64" });
  expect((await ask(`contents/none?ref=${sha}`)).status).toBe(404);
  expect((await ask<{ tree: object[] }>(`git/trees/${sha}`)).json.tree).toMatchObject([
    { path: "a b.txt", type: "blob", mode: "100644" },
    { path: "dir", type: "tree" },
  ]);
});

test("a commit's archive is made on the other origin, below one folder, with the commit's id", async () => {
  const sha = forge.git.commit({ files: { "bin/run": "#!", link: "-> bin/run" }, executable: ["bin/run"] });
  const answer = await fetch(`${forge.url}/repos/me/pi-kit/tarball/${sha}`);
  expect(new URL(answer.url).origin).toBe(forge.secondUrl);
  expect(answer.headers.get("content-length")).toBeNull();
  const entries = await unpackTar(gunzipSync(Buffer.from(await answer.arrayBuffer())));
  const top = `me-pi-kit-${sha.slice(0, 7)}`;
  expect(entries.map(({ header }) => [header.name, header.type, header.pax?.comment])).toEqual([
    [`${top}/`, "directory", sha],
    [`${top}/bin/`, "directory", sha],
    [`${top}/bin/run`, "file", sha],
    [`${top}/link`, "symlink", sha],
  ]);
});
