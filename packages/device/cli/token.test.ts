import { access } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { Tokens } from "../tokens.ts";
import { tokenCommand } from "./token.ts";

/** What the command prints, on both. */
async function pawl(temp: TempDir, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const command = tokenCommand({
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    stateDir: async () => temp.join("state"),
  });
  await command.parseAsync(args, { from: "user" });
  return { stdout: out.join(""), stderr: err.join("") };
}

test("makes a token, prints nothing else where programs read, and never shows it again", async () => {
  await using temp = await TempDir.create();
  const { stdout, stderr } = await pawl(temp, "create", "kitchen page");
  const token = stdout.trimEnd();
  expect(stderr).toMatch(/only now/);
  expect(await (await Tokens.open(temp.join("state"))).verify(token)).toEqual({ name: "kitchen page" });
  const listed = await pawl(temp, "list");
  expect(listed.stdout).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\d  …${token.slice(-4)}  kitchen page\n$`));
});

test("answers programs in JSON", async () => {
  await using temp = await TempDir.create();
  expect(JSON.parse((await pawl(temp, "list", "--json")).stdout)).toEqual({ success: true, tokens: [] });
  const made = JSON.parse((await pawl(temp, "create", "page", "--json")).stdout);
  expect(made).toEqual({ success: true, name: "page", token: expect.stringMatching(/^pawl_/) });
  const { tokens } = JSON.parse((await pawl(temp, "list", "--json")).stdout);
  expect(tokens).toMatchObject([{ name: "page", last4: made.token.slice(-4) }]);
  expect(JSON.parse((await pawl(temp, "revoke", "page", "--json")).stdout)).toEqual({ success: true, name: "page" });
});

test("revokes a token, and says so when there is none of that name", async () => {
  await using temp = await TempDir.create();
  await pawl(temp, "create", "page");
  expect((await pawl(temp, "revoke", "page")).stdout).toBe("The token page is worth nothing from now on.\n");
  await expect(pawl(temp, "revoke", "page")).rejects.toMatchObject({
    code: "not_found",
    message: "There is no token page; there are none.",
  });
  expect((await pawl(temp, "list")).stderr).toMatch(/no tokens/);
});

test("names the tokens there are to whoever mistypes one", async () => {
  await using temp = await TempDir.create();
  await pawl(temp, "create", "page");
  await pawl(temp, "create", "phone");
  await expect(pawl(temp, "revoke", "pgae")).rejects.toThrow("There is no token pgae; there is: page, phone.");
});

test("says only of the first token that from now on every call needs one", async () => {
  await using temp = await TempDir.create();
  expect((await pawl(temp, "create", "page")).stderr).toMatch(/from now on every call/);
  expect((await pawl(temp, "create", "phone")).stderr).not.toMatch(/from now on/);
});

test("lists the tokens of a fresh device without writing anything", async () => {
  await using temp = await TempDir.create();
  expect((await pawl(temp, "list")).stderr).toMatch(/no tokens/);
  await expect(access(temp.join("state"))).rejects.toMatchObject({ code: "ENOENT" });
});
