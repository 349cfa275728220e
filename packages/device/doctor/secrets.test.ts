import { chmod, mkdir, writeFile } from "node:fs/promises";
import { AuthConfig, SourceConfig } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lookAtSecrets, secretsOfDevice, secretsOfSource } from "./secrets.ts";

const SELF = { uid: process.getuid?.() ?? 0, gids: [process.getgid?.() ?? 0] };
const PAWL = { uid: 54_321, gids: [54_321] };

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await TempDir.create();
  await chmod(dir.path, 0o755);
  path = dir.join("token");
  await writeFile(path, "s3cret", { mode: 0o600 });
});
afterEach(() => dir[Symbol.asyncDispose]());

async function look(reader = SELF) {
  const [finding] = await lookAtSecrets([{ key: "source.http.token_file", path }], reader);
  return finding;
}

test("is content with a secret for those who need it", async () => {
  expect(await look()).toMatchObject({ ok: "ok" });
});

test("a secret that everybody can read is a trouble, with the command", async () => {
  await chmod(path, 0o644);
  expect(await look()).toMatchObject({ ok: "trouble", fix: `chmod o-rwx ${path}` });
  // Once closed it would be closed to them, too.
  expect(await look(PAWL)).toMatchObject({ ok: "trouble", fix: `chown root:54321 ${path} && chmod 640 ${path}` });
});

test("a secret that everybody could read is none in a folder that lets nobody in", async () => {
  await chmod(path, 0o644);
  await chmod(dir.path, 0o700);
  expect(await look()).toMatchObject({ ok: "ok" });
});

test("a secret that everybody can write is a trouble", async () => {
  await chmod(path, 0o602);
  expect(await look()).toMatchObject({ ok: "trouble", title: expect.stringContaining("can write") });
});

test("a secret that the API's user can't read is a trouble, whatever root can", async () => {
  expect(await look(PAWL)).toMatchObject({
    ok: "trouble",
    title: `source.http.token_file: the user Pawl runs as (54321) can't read ${path}`,
    fix: `chown root:54321 ${path} && chmod 640 ${path}`,
  });
});

test("a folder in the way is named", async () => {
  path = dir.join("inner", "token");
  await mkdir(dir.join("inner"), { mode: 0o700 });
  await writeFile(path, "s3cret", { mode: 0o600 });
  expect(await look(PAWL)).toMatchObject({ ok: "trouble", fix: `chmod o+x ${dir.join("inner")}` });
});

test("a secret that isn't there is a trouble, and what is in one is never said", async () => {
  path = dir.join("none");
  expect(await look()).toMatchObject({ ok: "trouble", title: `source.http.token_file: ${path} isn't there` });
  path = dir.join("token");
  expect(JSON.stringify(await look(PAWL))).not.toContain("s3cret");
});

test("knows the secrets of a configuration", () => {
  const auth = AuthConfig.parse({ jwt: { secret_file: "/etc/pawl/jwt.key" } });
  expect(secretsOfDevice({ auth })).toEqual([{ key: "auth.jwt.secret_file", path: "/etc/pawl/jwt.key" }]);
  expect(secretsOfDevice({ auth: AuthConfig.parse({}) })).toEqual([]);
  const gitea = SourceConfig.parse({ gitea: { url: "https://git.example.org", repo: "me/kit", token_file: "/t" } });
  expect(secretsOfSource(gitea)).toEqual([{ key: "source.gitea.token_file", path: "/t" }]);
  expect(secretsOfSource(SourceConfig.parse({ directory: { path: "/mnt" } }))).toEqual([]);
  expect(secretsOfSource(SourceConfig.parse({ github: { repo: "me/kit" } }))).toEqual([]);
});
