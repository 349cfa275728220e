import { spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { inProcess, PRINT_CODE } from "./testing/in-process.ts";
import { readCliToken, Tokens, tokenId } from "./tokens.ts";

test("§1 rules: a new token is known, and only its hash is on the disk", async () => {
  await using temp = await TempDir.create();
  const tokens = await Tokens.open(temp.join("state"));
  const token = await tokens.create("kitchen page");
  expect(token).toMatch(/^pawl_[A-Za-z0-9_-]{43}$/);
  expect(await tokens.verify(token)).toEqual({ name: "kitchen page" });
  const path = temp.join("state/.api/tokens.json");
  const text = await readFile(path, "utf8");
  expect(text).not.toContain(token.slice(5, -4));
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect(await tokens.list()).toEqual([
    { name: "kitchen page", created_at: expect.stringMatching(/Z$/), last4: token.slice(-4) },
  ]);
});

test("a revoked token is worth nothing, the others stay", async () => {
  await using temp = await TempDir.create();
  const tokens = await Tokens.open(temp.path);
  const [a, b] = [await tokens.create("a"), await tokens.create("b")];
  await tokens.revoke("a");
  expect(await tokens.verify(a)).toBeNull();
  expect(await tokens.verify(b)).toEqual({ name: "b" });
  await expect(tokens.revoke("a")).rejects.toMatchObject({ code: "not_found" });
});

test("sees at once what another process created or revoked", async () => {
  await using temp = await TempDir.create();
  const [daemon, command] = [await Tokens.open(temp.path), await Tokens.open(temp.path)];
  const token = await command.create("page");
  expect(await daemon.verify(token)).toEqual({ name: "page" });
  await command.revoke("page");
  expect(await daemon.verify(token)).toBeNull();
});

test.each(["", "pawl_", "bearer", `pawl_${"A".repeat(43)}`, `pawl_${"A".repeat(10_000)}`])(
  "doesn't know the token %j",
  async (token) => {
    await using temp = await TempDir.create();
    const tokens = await Tokens.open(temp.path);
    await tokens.create("page");
    await tokens.renewCliToken();
    expect(await tokens.verify(token)).toBeNull();
  },
);

test("refuses a name that is taken or malformed", async () => {
  await using temp = await TempDir.create();
  const tokens = await Tokens.open(temp.path);
  await tokens.create("page");
  for (const name of ["page", "", " page", "a\nb", "x".repeat(65)]) {
    await expect(tokens.create(name)).rejects.toMatchObject({ code: "bad_request" });
  }
  expect(await tokens.list()).toHaveLength(1);
});

test.each(["", "{}", '{"tokens": [{"name": "page"}]}', "not json"])(
  "a damaged file %j lets nobody in",
  async (text) => {
    await using temp = await TempDir.create();
    const tokens = await Tokens.open(temp.path);
    await tokens.renewCliToken();
    await mkdir(temp.join(".api"), { recursive: true });
    await writeFile(temp.join(".api/tokens.json"), text);
    await expect(tokens.list()).rejects.toMatchObject({ code: "state_damaged" });
    await expect(tokens.verify((await readCliToken(temp.path)) ?? "")).rejects.toMatchObject({ code: "state_damaged" });
    await expect(Tokens.open(temp.path)).rejects.toMatchObject({ code: "state_damaged" });
  },
);

test("the command line's token is for who may read the state folder, and counts as no token of the owner's", async () => {
  await using temp = await TempDir.create();
  expect(await readCliToken(temp.path)).toBeNull();
  const tokens = await Tokens.open(temp.path);
  await tokens.renewCliToken();
  const first = await readCliToken(temp.path);
  expect((await stat(temp.join(".api/cli-token"))).mode & 0o777).toBe(0o600);
  expect(await tokens.verify(first ?? "")).toEqual({ name: "cli" });
  expect(await tokens.list()).toEqual([]);
  await tokens.renewCliToken();
  expect(await tokens.verify(first ?? "")).toBeNull();
});

test("a daemon that is woken goes on with the command line's token, unless others could have read or laid it", async () => {
  await using temp = await TempDir.create();
  const path = temp.join(".api/cli-token");
  const wake = async () => {
    const tokens = await Tokens.open(temp.path);
    await tokens.keepCliToken();
    const token = await readCliToken(temp.path);
    expect(await tokens.verify(token ?? "")).toEqual({ name: "cli" });
    return token;
  };
  const first = await wake();
  expect(await wake()).toBe(first);
  await chmod(path, 0o640);
  const second = await wake();
  expect(second).not.toBe(first);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await writeFile(path, "damaged");
  const third = await wake();
  await writeFile(temp.join("theirs"), `${third}\n`, { mode: 0o600 });
  await rm(path);
  await symlink(temp.join("theirs"), path);
  expect(await wake()).not.toBe(third);
});

test("a token is known by its id as long as it counts, and the id gives nothing away", async () => {
  await using temp = await TempDir.create();
  const tokens = await Tokens.open(temp.path);
  const token = await tokens.create("page");
  const id = tokenId(token);
  expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect(token).not.toContain(id);
  expect(await tokens.holds(id)).toBe(true);
  for (const wrong of ["", id.slice(1), `${id}0`, tokenId(`${token}x`)]) expect(await tokens.holds(wrong)).toBe(false);
  await tokens.revoke("page");
  expect(await tokens.holds(id)).toBe(false);
  await tokens.renewCliToken();
  const cli = tokenId((await readCliToken(temp.path)) ?? "");
  expect(await tokens.holds(cli)).toBe(true);
  await tokens.renewCliToken();
  expect(await tokens.holds(cli)).toBe(false);
});

test("a command line token that can't be read is none", async () => {
  await using temp = await TempDir.create();
  await mkdir(temp.join(".api"));
  await writeFile(temp.join(".api/cli-token"), "something else");
  expect(await readCliToken(temp.path)).toBeNull();
  await chmod(temp.join(".api/cli-token"), 0o000);
  expect(await readCliToken(temp.path)).toBeNull();
});

test("whoever took the API's side over can't make root wait: a FIFO is neither tokens nor a token", async () => {
  await using temp = await TempDir.create();
  await mkdir(temp.join(".api"));
  for (const name of ["tokens.json", "cli-token"]) spawnSync("mkfifo", [temp.join(".api", name)]);
  const script = `${PRINT_CODE}
    const stateDir = ${JSON.stringify(temp.path)};
    await printCode(Tokens.open(stateDir));
    console.log(await readCliToken(stateDir));
  `;
  const imports = { Tokens: "tokens.ts", readCliToken: "tokens.ts" };
  expect(await inProcess(imports, script)).toBe("state_damaged\nnull");
});
