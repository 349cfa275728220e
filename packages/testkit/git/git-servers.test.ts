import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { TempDir } from "../temp-dir.ts";
import { GitServer } from "./git-server.ts";
import { pythonProject } from "./python-project.ts";
import { SshServer, whyNoSshServer } from "./ssh-server.ts";

const git = (args: string[], env: Record<string, string> = {}) =>
  promisify(execFile)("git", args, { env: { PATH: process.env.PATH, GIT_TERMINAL_PROMPT: "0", ...env } });

test("a repository made in one go is served over smart HTTP, and goes wrong as it is told", async () => {
  await using server = await GitServer.start();
  await using dir = await TempDir.create();
  const repository = await server.create("kim/kettle");
  const [first, last] = await repository.commits("main", [
    { files: pythonProject({ version: "1.0.0" }) },
    { files: { "a b.txt": "x", "bin/run": { mode: "100755", data: "#!/bin/sh\n" } }, message: "Second\n\nBody" },
  ]);
  await repository.tag("v1.0.0", first as string, "The first");
  await repository.branch("dev", first as string);
  const url = `${server.url}/kim/kettle.git`;

  const { stdout } = await git(["ls-remote", url]);
  expect(stdout).toContain(`${last}\trefs/heads/main`);
  expect(stdout).toContain(`${first}\trefs/tags/v1.0.0^{}`);
  await git(["clone", "--quiet", "--filter=blob:none", url, dir.join("clone")]);
  expect(await readFile(dir.join("clone", "a b.txt"), "utf8")).toBe("x");
  expect(await readFile(dir.join("clone", "pyproject.toml"), "utf8")).toContain('version = "1.0.0"');

  server.fault("/kim/kettle.git/info/refs", { kind: "status", status: 500 }, 1);
  await expect(git(["ls-remote", url])).rejects.toThrow(/500/);
  server.fault("/kim/kettle.git/git-upload-pack", { kind: "truncate", after: 20 }, 1);
  await expect(git(["ls-remote", url])).rejects.toThrow();
  server.credentials = "kim:secret";
  await expect(git(["ls-remote", url])).rejects.toThrow(/could not read Username/);
  await git(["ls-remote", url.replace("//", "//kim:secret@")]);
});

const whyNot = whyNoSshServer();
test.skipIf(whyNot)(`a repository is reached over ssh${whyNot ? ` (${whyNot})` : ""}`, async () => {
  await using server = await GitServer.start();
  await using ssh = await SshServer.start();
  const repository = await server.create("kettle");
  const id = await repository.commit("main", { files: { a: "1" } });
  const GIT_SSH_COMMAND = `ssh -F /dev/null -i ${ssh.file("user_key")} -o UserKnownHostsFile=${ssh.file("known_hosts")}`;
  const { stdout } = await git(["ls-remote", ssh.urlOf(repository.path)], { GIT_SSH_COMMAND });
  expect(stdout).toContain(`${id}\trefs/heads/main`);
});
