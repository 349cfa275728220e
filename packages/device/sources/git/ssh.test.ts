import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pythonProject, SshServer, whyNoSshServer } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GitFixture, NEVER } from "./git-fixture.ts";

const whyNot = whyNoSshServer();
const ASKED = { channel: "main", installed: null };

describe.skipIf(whyNot)(`over ssh${whyNot ? ` (${whyNot})` : ""}`, () => {
  let fixture: GitFixture;
  let ssh: SshServer;
  let commits: string[];
  let url: string;

  beforeAll(async () => {
    fixture = await GitFixture.start();
    ssh = await SshServer.start();
    const repository = await fixture.server.create("me/kettle");
    commits = await repository.commits("main", [{ files: pythonProject({ version: "1.0.0" }) }, { files: { a: "1" } }]);
    url = ssh.urlOf(repository.path);
  });

  afterAll(async () => {
    await ssh?.[Symbol.asyncDispose]();
    await fixture?.[Symbol.asyncDispose]();
  });

  const files = (key: "user_key" | "stranger_key", hosts: "known_hosts" | "wrong_hosts" | "no_hosts") => ({
    key_file: ssh.file(key),
    known_hosts_file: ssh.file(hosts),
  });

  // This sshd passes no GIT_PROTOCOL on, as many don't: git's first protocol, which gives no file by its id.
  test("a branch is followed, and its commits are laid out", async () => {
    const source = fixture.source({ url, ...files("user_key", "known_hosts") });
    expect((await source.look(ASKED, NEVER)).offers[0]).toMatchObject({ version: "1.0.0", commit: commits[1] });
    const dir = fixture.dir.join("files");
    await mkdir(dir);
    await source.branches?.checkOut(commits[0] as string, dir, () => undefined, NEVER);
    expect(await readFile(join(dir, "pyproject.toml"), "utf8")).toContain('version = "1.0.0"');
  });

  test.each([
    ["a key that isn't let in", "stranger_key", "known_hosts", /key_file/],
    ["a host that isn't who it was", "user_key", "wrong_hosts", /known_hosts_file/],
    ["a host nobody has vouched for", "user_key", "no_hosts", /known_hosts_file/],
  ] as const)("%s is an error with what to do, and never a question", async (_what, key, hosts, words) => {
    const source = fixture.source({ url, ...files(key, hosts) });
    await expect(source.look(ASKED, NEVER)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(words),
    });
  });
});
