import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeForge } from "./fake-forge.ts";

const LIST = "/repos/me/pi-kit/releases";

let github: FakeForge;
let gitea: FakeForge;
beforeEach(async () => {
  [github, gitea] = await Promise.all([FakeForge.start({ kind: "github" }), FakeForge.start({ kind: "gitea" })]);
  for (const forge of [github, gitea]) await forge.publish({ tag: "v1.0.0", assets: { "a.tar": "0123456789" } });
});
afterEach(async () => {
  await github[Symbol.asyncDispose]();
  await gitea[Symbol.asyncDispose]();
});

const json = async <T>(url: string) => (await (await fetch(url)).json()) as T;

test("each kind has its own fields", async () => {
  const [release] = await json<object[]>(github.url + LIST);
  expect(release).toMatchObject({
    tag_name: "v1.0.0",
    immutable: false,
    published_at: "2026-01-02T12:00:00Z",
    assets: [{ state: "uploaded", size: 10, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }],
  });
  const [other] = await json<{ assets: object[] }[]>(`${gitea.url}/api/v1${LIST}`);
  expect(other).toMatchObject({ tag_name: "v1.0.0", published_at: "2026-01-02T13:00:00+01:00" });
  expect(Object.keys(other?.assets[0] ?? {})).not.toContain("digest");
});

test("GitHub has weak ETags, Gitea has none, and only GitHub counts", async () => {
  const { headers } = await fetch(github.url + LIST);
  expect(headers.get("etag")).toMatch(/^W\/"/);
  expect(headers.get("x-ratelimit-remaining")).toBe("59");
  const ask = (token: object) =>
    fetch(github.url + LIST, { headers: { "if-none-match": headers.get("etag") ?? "", ...token } });
  const unchanged = await ask({});
  expect([unchanged.status, unchanged.headers.get("x-ratelimit-remaining")]).toEqual([304, "58"]);
  expect((await ask({ authorization: "Bearer x" })).status).toBe(200);
  const plain = await fetch(`${gitea.url}/api/v1${LIST}`);
  expect([plain.headers.get("etag"), plain.headers.get("x-ratelimit-limit")]).toEqual([null, null]);
});

test("a quota that is used up is a 403 with nothing remaining", async () => {
  github.quota.useUp();
  const answer = await fetch(github.url + LIST);
  expect([answer.status, answer.headers.get("x-ratelimit-remaining")]).toEqual([403, "0"]);
  expect(await answer.json()).toMatchObject({ message: expect.stringContaining("API rate limit exceeded") });
});

test("the latest release is JSON in the API and a redirect to a page elsewhere", async () => {
  expect(await json(`${github.url}${LIST}/latest`)).toMatchObject({ tag_name: "v1.0.0" });
  for (const web of [github.secondUrl, gitea.url]) {
    const page = await fetch(`${web}/me/pi-kit/releases/latest`);
    expect([page.url, page.headers.get("content-type")]).toEqual([`${web}/me/pi-kit/releases/tag/v1.0.0`, "text/html"]);
  }
});

test("GitHub's assets lead to a store on another origin, which continues them; Gitea's are there", async () => {
  const [release] = (await json(github.url + LIST)) as { assets: { url: string; browser_download_url: string }[] }[];
  const [asset] = release?.assets ?? [];
  expect(await json(asset?.url ?? "")).toMatchObject({ name: "a.tar" });
  const headers = { accept: "application/octet-stream", range: "bytes=8-" };
  for (const address of [asset?.url, asset?.browser_download_url]) {
    const answer = await fetch(address ?? "", { headers });
    expect([answer.status, await answer.text()]).toEqual([206, "89"]);
    expect(answer.url).toContain(`${github.secondUrl}/storage/`);
  }
  const direct = await fetch(`${gitea.url}/me/pi-kit/releases/download/v1.0.0/a.tar`, { redirect: "error" });
  expect(await direct.text()).toBe("0123456789");
});

test("a tag that is published again has new uploads; one that is removed is gone", async () => {
  const idsOf = async () =>
    ((await json(github.url + LIST)) as { assets: { id: number }[] }[]).map((r) => r.assets[0]?.id);
  const [before] = await idsOf();
  await github.publish({ tag: "v1.0.0", assets: { "a.tar": "other" } });
  expect(await idsOf()).not.toContain(before);
  github.remove("v1.0.0");
  expect(await idsOf()).toEqual([]);
});

test("faults hit both origins, and heal", async () => {
  github.fault("/", { kind: "status", status: 500 });
  expect((await fetch(github.url + LIST)).status).toBe(500);
  expect((await fetch(`${github.secondUrl}/me/pi-kit/releases/latest`)).status).toBe(500);
  github.heal();
  expect((await fetch(github.url + LIST)).status).toBe(200);
});
