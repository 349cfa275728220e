import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { accessTo } from "./access.ts";
import { readToken } from "./token-file.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

test.each([
  ["secret", "secret"],
  ["secret\n", "secret"],
  ["  secret \r\n# the token of the kitchen", "secret"],
])("of %j the token is %s", async (content, token) => {
  await writeFile(dir.join("token"), content);
  expect(await readToken(dir.join("token"))).toBe(token);
});

test("a secret that another program provides may be a link", async () => {
  await writeFile(dir.join("real"), "secret\n");
  await symlink(dir.join("real"), dir.join("token"));
  expect(await readToken(dir.join("token"))).toBe("secret");
});

test.each<[string, string, (path: string) => Promise<unknown>]>([
  ["that isn't there", "isn't there", async () => {}],
  ["that is empty", "has no token", (path) => writeFile(path, "\nsecret")],
  ["with a blank", "has characters", (path) => writeFile(path, "my secret")],
  ["that is binary", "has characters", (path) => writeFile(path, Buffer.from([1, 200, 3]))],
  ["that is a folder", "can't be read|is not a file", (path) => mkdir(path)],
  ["that is a FIFO", "is not a file", (path) => promisify(execFile)("mkfifo", [path])],
])("a token file %s is a fault of the configuration, and nothing of it is shown", async (_, why, make) => {
  await make(dir.join("token"));
  const error = await readToken(dir.join("token")).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "config_invalid", message: expect.stringMatching(why) });
  expect(String(error)).toContain(dir.join("token"));
  expect(String(error)).not.toContain("secret");
});

test("§4 token_file: a new token counts at once, for its own origin, before a password in the address", async () => {
  const url = new URL("https://me:pw@git.example.org/app/");
  const headersFor = accessTo({ url, token_file: dir.join("token"), scheme: "token", userAgent: "pawl/1" });
  await writeFile(dir.join("token"), "one");
  expect(await headersFor("https://git.example.org/x")).toEqual({ "user-agent": "pawl/1", authorization: "token one" });
  await writeFile(dir.join("token"), "two");
  expect(await headersFor("https://git.example.org/x")).toMatchObject({ authorization: "token two" });
  for (const other of ["http://git.example.org/x", "https://git.example.org:444/x", "https://example.org/x"]) {
    expect(await headersFor(other)).toEqual({ "user-agent": "pawl/1" });
  }
});

test.each(["file:///etc/passwd", "ftp://git.example.org/x"])("nothing is fetched from %s", async (address) => {
  const url = new URL("https://git.example.org/");
  const headersFor = accessTo({ url, token_file: undefined, scheme: "Bearer", userAgent: "pawl/1" });
  await expect(headersFor(address)).rejects.toMatchObject({ code: "host_error" });
});
