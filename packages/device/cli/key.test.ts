import { readFile, stat, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { publicKeyOf } from "@pawl/trust";
import { expect, test } from "vitest";
import { keyCommand } from "./key.ts";

/** What the command prints. */
async function pawl(...args: string[]): Promise<string> {
  const printed: string[] = [];
  const io = { stdout: (text: string) => void printed.push(text), stderr: () => {} };
  await keyCommand(io).parseAsync(args, { from: "user" });
  return printed.join("");
}

test("§6 public_keys: makes a key that only its owner can read, and prints the line for pawl.yaml", async () => {
  await using temp = await TempDir.create();
  const out = temp.join("release.key");
  const output = await pawl("generate", "--out", out);
  const publicKey = publicKeyOf(await readFile(out, "utf8"));
  expect(output).toContain(`    public_keys: ["${publicKey}"]\n`);
  expect(output).not.toContain("PRIVATE");
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  expect(await pawl("public", out)).toBe(`${publicKey}\n`);
  expect(JSON.parse(await pawl("public", out, "--json"))).toEqual({ success: true, public_key: publicKey });
});

test("never overwrites a file", async () => {
  await using temp = await TempDir.create();
  const out = temp.join("release.key");
  await writeFile(out, "precious");
  await expect(pawl("generate", "--out", out)).rejects.toMatchObject({
    code: "bad_request",
    message: expect.stringContaining(out),
  });
  expect(await readFile(out, "utf8")).toBe("precious");
});

test("answers programs in JSON", async () => {
  await using temp = await TempDir.create();
  const out = temp.join("release.key");
  const answer = JSON.parse(await pawl("generate", "--out", out, "--json"));
  expect(answer).toEqual({ success: true, file: out, public_key: publicKeyOf(await readFile(out, "utf8")) });
});

test("says what is wrong with a key file", async () => {
  await using temp = await TempDir.create();
  await writeFile(temp.join("notes.txt"), "not a key");
  await writeFile(temp.join("large"), Buffer.alloc(100_000));
  await expect(pawl("public", temp.join("notes.txt"))).rejects.toMatchObject({
    name: "UpdateError",
    code: "bad_request",
  });
  await expect(pawl("public", temp.join("none"))).rejects.toMatchObject({ code: "not_found" });
  await expect(pawl("public", temp.join("large"))).rejects.toMatchObject({ code: "too_large" });
  await expect(pawl("generate", "--out", temp.join("none/release.key"))).rejects.toMatchObject({ code: "not_found" });
});
