import { mkdir, writeFile } from "node:fs/promises";
import { SourceConfig } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UpdateError } from "../error.ts";
import { createSource } from "../sources/index.ts";
import { run } from "../system/run.ts";
import { inShort, PATIENT } from "./doctor-fixture.ts";
import { askSource, assessChannel, assessSource, forStrangers } from "./source.ts";

let dir: TempDir;
let host: ReleaseHost;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("host"));
  const entry = (version: string, channel: string) => ({
    version,
    channel,
    manifest: `${version}/manifest.json`,
    bundle: `${version}/app.tar`,
  });
  const releases = [entry("1.0.0", "stable"), entry("1.1.0", "stable"), entry("2.0.0", "nightly")];
  await writeFile(dir.join("host", "index.json"), JSON.stringify({ name: "kitchen", releases }));
  host = await ReleaseHost.start({ root: dir.join("host") });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

async function ask(config: object = { http: { url: `${host.url}/index.json` } }, patienceMs = 10_000) {
  const parsed = SourceConfig.parse(config);
  const source = createSource(parsed, { cacheDir: "/dev/null", userAgent: "pawl/test", run });
  const answer = await askSource(source, "stable", PATIENT, { patienceMs });
  return { answer, finding: assessSource(answer, source.address, parsed) };
}

function channelOf(answer: Awaited<ReturnType<typeof askSource>>, channel: string) {
  return assessChannel(answer, { app: "kitchen", channel, versioning: versionings.semver, isBranch: false });
}

test("a source that answers, and what it has", async () => {
  const { answer, finding } = await ask();
  expect(inShort([finding])).toEqual([`ok: ${host.url}/index.json answers: 3 releases`]);
  expect(inShort(channelOf(answer, "stable"))).toEqual(["ok: The newest release of the channel stable is 1.1.0"]);
  expect(channelOf(answer, "beta")[0]).toMatchObject({
    ok: "trouble",
    title: "The source has no channel beta; it has stable, prerelease, nightly",
    fix: "Follow another: pawl channel NAME --app kitchen",
  });
});

test("a source that is down is a trouble in the source's own words", async () => {
  host.fault("/", { kind: "status", status: 503 });
  const { answer, finding } = await ask();
  expect(finding).toMatchObject({ ok: "trouble", fix: expect.stringContaining(`curl -sSI ${host.url}/index.json`) });
  expect(channelOf(answer, "stable")).toEqual([]);
});

test("a source that takes the question and never answers is given up", async () => {
  host.fault("/", { kind: "hang" });
  const { finding } = await ask(undefined, 200);
  expect(finding).toMatchObject({ ok: "trouble", title: `${host.url}/index.json gave no answer for 0.2 s` });
});

test("a limit of the host's passes: a warning", async () => {
  host.fault("/", { kind: "rate-limit", retryAfter: 600 });
  const { finding } = await ask();
  expect(finding).toMatchObject({ ok: "warning", fix: expect.stringMatching(/^Wait until 20/) });
});

test("a password in an address is not shown", async () => {
  host.fault("/", { kind: "status", status: 503 });
  const { finding } = await ask({ http: { url: host.url.replace("//", "//me:hunter2@") } });
  expect(JSON.stringify(finding)).not.toContain("hunter2");
});

test("a repository that can't be reached is named as git takes it, without what is secret", () => {
  const config = SourceConfig.parse({ git: { url: "ssh://git:hunter2@git.example.org/me/kettle.git" } });
  const failure = new UpdateError("offline", "The update server can't be reached.");
  expect(assessSource({ failure }, "ssh://git.example.org/me/kettle.git", config)).toMatchObject({
    ok: "trouble",
    fix: expect.stringContaining("git ls-remote --heads ssh://git@git.example.org/me/kettle.git`"),
  });
});

test("a token that can't be read is a trouble, but for a user who needn't be able to", async () => {
  const config = { http: { url: host.url, token_file: dir.join("none") } };
  const { answer, finding } = await ask(config);
  expect(finding).toMatchObject({ ok: "trouble", title: expect.stringContaining(dir.join("none")) });
  expect(forStrangers(finding, answer)).toMatchObject({ ok: "warning", fix: "sudo pawl doctor" });
  expect(host.requests).toEqual([]);
});

test("a stick that isn't plugged in is no trouble", async () => {
  const { finding } = await ask({ directory: { path: dir.join("stick") } });
  expect(finding).toMatchObject({ ok: "warning", fix: expect.stringContaining("Plug in") });
});

test("nothing of an answer is kept", async () => {
  host.fault("/", { kind: "change-etag" });
  await ask();
  await ask();
  expect(host.requests.map(({ status }) => status)).toEqual([200, 200]);
  expect(host.requests[1]?.headers["if-none-match"]).toBeUndefined();
});
