import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { failureWords } from "./build-words.ts";
import { makeOutputFolder } from "./output-folder.ts";
import { runCommand } from "./testing/run-command.ts";

const paint = (_: string, text: string) => text;

/** Without a server: what is said before, or instead of, an answer of it. */
async function build(server: string, ...args: string[]) {
  const { code, out, err } = await runCommand([
    ...["build", "--version", "1", "--target", "a/b", "--profile", "c", "--server", server],
    ...args,
  ]);
  return { code, err: out + err };
}

test("a folder for the images is made before anything is asked for, step by step", async () => {
  await using dir = await TempDir.create();
  await makeOutputFolder(dir.join("a/b/c"));
  await makeOutputFolder(dir.join("a/b/c"));
  expect(await readdir(dir.join("a/b"))).toEqual(["c"]);
  expect(await readdir(dir.join("a/b/c"))).toEqual([]);
});

test("where no folder can be made the build isn't asked for, and it is said why", async () => {
  await using dir = await TempDir.create();
  const file = dir.join("file");
  await writeFile(file, "");
  await mkdir(dir.join("folder"));
  const nobody = "http://127.0.0.1:9";
  expect(await build(nobody, "--output", file)).toEqual({
    code: 2,
    err: `pawl: ${file} is a file; --output takes a folder.\n`,
  });
  expect(await build(nobody, "--output", `${file}/below`)).toEqual({
    code: 2,
    err: `pawl: ${file}/below can't be made: something on the way there is a file.\n`,
  });
  // Node's recursive mkdir never ends there.
  expect(await build(nobody, "--output", "/proc/x/y")).toEqual({
    code: 2,
    err: "pawl: /proc/x/y can't be made: nothing can be made there.\n",
  });
});

test("a server that isn't there, or isn't Pawl, is named with what to do", async () => {
  expect(await build("http://127.0.0.1:9")).toEqual({
    code: 1,
    err: expect.stringMatching(/^pawl: No server is reached at http:\/\/127.0.0.1:9: .*; --server or PAWL_URL .*\.\n$/),
  });
  const answers = [
    { status: 404, type: "text/html", body: "<p>no" },
    { status: 200, type: "application/json", body: "[]" },
    { status: 200, type: "application/json", body: "no" },
  ];
  const other = createServer((_, response) => {
    const { status = 500, type, body } = answers.shift() ?? {};
    response.writeHead(status, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const ending = "; --server or PAWL_URL says which one is meant.\n";
  expect((await build(url)).err).toBe(`pawl: What answers at ${url} isn't Pawl (HTTP 404)${ending}`);
  expect((await build(url)).err).toBe(`pawl: What answers at ${url} isn't Pawl${ending}`);
  expect((await build(url)).err).toBe(`pawl: What answers at ${url} isn't Pawl (HTTP 200)${ending}`);
  other.close();
});

test("whoever still wants a build isn't told that nobody does", () => {
  const build = { state: "withdrawn", failure: null } as Parameters<typeof failureWords>[0];
  expect(failureWords(build, { paint })).toMatch(/taken back, or dropped by the server's operator; ask again/);
});
