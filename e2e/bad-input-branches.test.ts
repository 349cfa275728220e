import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Fault, GitServer } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { BranchDevice } from "./bad-input/branch-device.ts";
import { DEVICE_FILE } from "./nodes.ts";

// Names, remotes and histories as they shouldn't be, over the API of the built file. What git itself is told in each case is
// in packages/device/sources/git, what an install does then in python-app-trouble.test.ts.

let device: BranchDevice;

beforeAll(async () => {
  device = await BranchDevice.create();
  // Somebody's request, not merged: a ref that is there and no branch.
  const evil = await device.repository.commit("evil", { message: "Evil" });
  await device.repository.git("update-ref", "refs/pull/2/head", evil);
  await device.repository.deleteBranch("evil");
  expect(await device.checked()).toMatchObject({ channel: "main", latest_version: "1.0.1.dev3", has_update: true });
});
afterEach(() => {
  device.server.heal();
  device.server.credentials = null;
});
afterAll(() => device?.[Symbol.asyncDispose]());

const MARK = "/tmp/pawl-was-here";

const NO_NAMES: string[] = [
  `--upload-pack=touch ${MARK}`,
  "-u",
  `$(touch ${MARK})`,
  `\`touch ${MARK}\``,
  `main;touch ${MARK}`,
  "..",
  "a..b",
  "../../../other/repo/main",
  "a//b",
  "a/",
  "main.lock",
  ".hidden",
  "main dev",
  "main\ndev",
  "ma\u0000in",
  "main\u202e",
  "dév",
  "main^{commit}",
  "main~1",
  "@{-1}",
  "+refs/heads/main:refs/heads/x",
  "m".repeat(300),
];

test("bad input: what is no branch's name is refused whoever says it, and nobody is asked, §3 bad_request", async () => {
  const before = device.server.requests.length;
  for (const name of NO_NAMES) {
    const said = JSON.stringify(name).slice(0, 60);
    for (const force of [false, true]) {
      const { status, answer } = await device.post("set_channel", { channel: name, force });
      expect([status, answer.success, answer.code], said).toEqual([400, false, "bad_request"]);
      expect(answer.error, said).toContain('"channel"');
    }
    expect((await device.get(`changelog?channel=${encodeURIComponent(name)}`)).status, said).toBe(400);
  }
  expect((await device.status()).channel).toBe("main");
  expect(device.server.requests).toHaveLength(before);
  expect(existsSync(MARK)).toBe(false);
});

test.each([
  "refs/pull/2/head",
  "pull/2/head",
  "refs/heads/main",
  "heads/main",
  "origin/main",
  "HEAD",
  "FETCH_HEAD",
  "v1.0.0",
  "tags/v1.0.0",
  "a-commit",
  "its-beginning",
])(
  "B18 bad input: %s is no branch, though git knows it: the answer names those there are, §3 not_found",
  async (name) => {
    const commit = device.main[1] ?? "";
    const channel = { "a-commit": commit, "its-beginning": commit.slice(0, 9) }[name] ?? name;
    const { status, answer } = await device.post("set_channel", { channel });
    expect([status, answer.code]).toEqual([404, "not_found"]);
    expect(answer.error).toBe(`The source has no channel ${channel}. It has main, dev.`);
    const changelog = await device.get(`changelog?channel=${channel}`);
    expect([changelog.status, changelog.answer.code]).toEqual([404, "not_found"]);
    expect(await device.status()).toMatchObject({ channel: "main", latest_version: "1.0.1.dev3" });
  },
);

test("B18 bad input: followed by force it is looked for among the branches, and nothing of it is fetched", async () => {
  expect((await device.post("set_channel", { channel: "refs/pull/2/head", force: true })).status).toBe(200);
  expect(await device.checked()).toMatchObject({
    channel: "refs/pull/2/head",
    state: "error",
    error: expect.stringMatching(/no branch refs\/pull\/2\/head.*main.*dev/),
    failure: { code: "not_found" },
    latest_version: null,
    has_update: false,
    release: null,
  });
  expect((await device.post("set_channel", { channel: "main" })).status).toBe(200);
  expect(await device.checked()).toMatchObject({ state: "idle", error: null, latest_version: "1.0.1.dev3" });
});

const FAULTS: [what: string, fault: Fault, code: string, says: RegExp][] = [
  ["answers with a page to sign in", { kind: "html" }, "host_error", /sign in|no branches/],
  ["has no such repository", { kind: "status", status: 404 }, "not_found", /no git repository/],
  ["has a fault", { kind: "status", status: 500 }, "host_error", /HTTP 500/],
];

test.each(FAULTS)("bad input: a remote that %s; what was known stays", async (_, fault, code, says) => {
  const before = await device.checked();
  device.server.fault("/kettle.git/", fault);
  expect(await device.checked()).toMatchObject({
    ...known(before),
    state: "error",
    failure: { code },
    error: expect.stringMatching(says),
  });
  device.server.heal();
  expect(await device.checked()).toMatchObject({ ...known(before), state: "idle", error: null, failure: null });
});

test("bad input: a remote that wants a password is told apart from one that is away, and nobody is prompted", async () => {
  device.server.credentials = "kim:secret";
  expect(await device.checked()).toMatchObject({
    latest_version: "1.0.1.dev3",
    failure: { code: "config_invalid" },
    error: expect.stringMatching(/wants a user name and a password\. .*token_file/),
  });
});

test("bad input: a remote that sends one to another host isn't followed there", async () => {
  await using elsewhere = await GitServer.start();
  const other = await elsewhere.create("kettle");
  await other.commit("main", {
    message: "Somebody else's",
    files: { "pyproject.toml": '[project]\nname = "kettle"\nversion = "9.9"\n' },
  });
  // Another name for the same machine is another host to whoever follows.
  const url = elsewhere.url.replace("127.0.0.1", "localhost");
  device.server.fault("/kettle.git/", { kind: "redirect", to: `${url}/kettle.git/` });
  expect(await device.checked()).toMatchObject({
    latest_version: "1.0.1.dev3",
    failure: { code: expect.stringMatching(/^(host_error|release_moved|config_invalid|not_found)$/) },
    error: expect.stringContaining("localhost"),
  });
  expect(elsewhere.requests).toEqual([]);
});

test("bad input: a remote that vanishes in the middle of a fetch; the next check has it all", async () => {
  const before = await device.status();
  await device.repository.commit("main", { message: `Steam\n\n${randomBytes(4_000).toString("base64")}` });
  device.server.fault("/kettle.git/git-upload-pack", { kind: "truncate", after: 2_000 });
  expect(await device.checked()).toMatchObject({ ...known(before), failure: { code: "offline" } });
  device.server.heal();
  expect(await device.checked()).toMatchObject({ state: "idle", latest_version: "1.0.1.dev4" });
});

test("bad input: tags that are no version aren't counted from", async () => {
  const head = device.repository.heads.get("main") ?? "";
  for (const tag of ["nightly", "release/final", "v", "latest"])
    await device.repository.tag(tag, head, "Not a version");
  expect(await device.checked()).toMatchObject({ state: "idle", latest_version: "1.0.1.dev4" });
  expect((await device.get("changelog")).answer.commits).toHaveLength(4);
  // What looks like one and isn't stops the build, too: it is said by its name, and no version is made up.
  await device.repository.tag("1.0.0-final!", head);
  const status = await device.checked();
  expect(status).toMatchObject({
    state: "error",
    latest_version: "1.0.1.dev4",
    error: expect.stringContaining("1.0.0-final!"),
  });
  await device.repository.deleteTag("1.0.0-final!");
  expect(await device.checked()).toMatchObject({ state: "idle", error: null });
});

test("bad input: a history that was rewritten: which way it goes is said, with the reason, and going down takes force", async () => {
  const head = device.repository.heads.get("main") ?? "";
  await device.repository.branch("main", device.main[0] ?? "");
  await device.repository.commit("main", { message: "Once more" });
  expect(await device.checked()).toMatchObject({ latest_version: "1.0.1.dev1", has_update: true, direction: "up" });
  // Without a base in common nothing can be counted from.
  await device.repository.commit("main", {
    from: null,
    message: "From nothing",
    files: { "pyproject.toml": '[project]\nname = "kettle"\nversion = "0.9"\n' },
  });
  const status = await device.checked();
  expect(status).toMatchObject({
    latest_version: "0.9",
    has_update: false,
    direction: "down",
    direction_reason: expect.stringContaining("its history was rewritten"),
  });
  const refused = await device.post("install");
  expect([refused.status, refused.answer.code]).toEqual([409, "downgrade_refused"]);
  await device.repository.branch("main", head);
  expect(await device.checked()).toMatchObject({ latest_version: "1.0.1.dev4", direction: "up" });
});

test.each<[what: string, change: (text: string) => string, says: RegExp]>([
  [
    "a transport that runs a program",
    (text) => text.replace(/url: "[^"]+"/, 'url: "ext::sh -c id"'),
    /:6:\d+: .*git\.url must be the address of a git repository/,
  ],
  [
    "an option for an address",
    (text) => text.replace(/url: "[^"]+"/, 'url: "--upload-pack=id"'),
    /:6:\d+: .*git\.url must be the address of a git repository/,
  ],
  [
    "keys, which no commit is signed with",
    (text) => `${text}    public_keys: ["ed25519:${"A".repeat(43)}="]\n`,
    /:\d+:\d+: .*public_keys/,
  ],
])("bad input: %s is refused by config check, with file and line, §3 config_invalid", (_, change, says) => {
  const path = device.dir.join("bad.yaml");
  writeFileSync(path, change(readFileSync(device.configPath, "utf8")));
  const { status, stdout, stderr } = spawnSync(process.execPath, [DEVICE_FILE, "config", "check", "--config", path], {
    encoding: "utf8",
  });
  expect(status).toBe(2);
  expect(stdout + stderr).toMatch(says);
});

/** What a look that failed must not touch. */
function known({ current_version, latest_version, has_update, release, channel }: Record<string, unknown>): object {
  return { current_version, latest_version, has_update, release, channel };
}
