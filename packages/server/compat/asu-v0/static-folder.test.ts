import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { TempDir } from "@pawl/testkit";
import { expect, onTestFinished, test } from "vitest";
import { RepresentationCache } from "../../http/representation.ts";
import { staticFile } from "./static-folder.ts";

async function folder(): Promise<{ path: string; read: (path: string) => Promise<string | null> }> {
  const temp = await TempDir.create();
  onTestFinished(() => temp[Symbol.asyncDispose]());
  const path = temp.join("public");
  await mkdir(`${path}/sub/.git`, { recursive: true });
  await writeFile(temp.join("secret"), "not for you");
  await writeFile(`${path}/Packages`, "Package: lime-berlin\n");
  await writeFile(`${path}/index.html`, "<h1>Chef</h1>");
  await writeFile(`${path}/.htpasswd`, "not for you");
  await writeFile(`${path}/sub/.git/config`, "not for you");
  await writeFile(`${path}/sub/a.js`, "1");
  await symlink(temp.join("secret"), `${path}/link`);
  await symlink(`${path}/Packages`, `${path}/inner`);
  await promisify(execFile)("mkfifo", [`${path}/pipe`]);
  const cache = new RepresentationCache();
  const read = async (name: string) => (await staticFile(path, name, cache))?.bytes.toString() ?? null;
  return { path, read };
}

test("static files: a file, a file in a folder, a folder's index, a link that stays inside", async () => {
  const { read } = await folder();
  expect(await read("Packages")).toBe("Package: lime-berlin\n");
  expect(await read("sub/a.js")).toBe("1");
  expect(await read("")).toBe("<h1>Chef</h1>");
  expect(await read("inner")).toBe("Package: lime-berlin\n");
});

test.each([
  ["../secret"],
  ["..%2fsecret"],
  ["%2e%2e/secret"],
  ["sub/../../secret"],
  ["sub\\..\\..\\secret"],
  [".htpasswd"],
  ["sub/.git/config"],
  ["link"],
  ["pipe"],
  ["sub"],
  ["sub/"],
  ["nothing"],
  ["Packages/nothing"],
  ["Packages%00.html"],
  ["%"],
  [`${"x".repeat(300)}`],
])("static files: nothing at %s", async (path) => {
  const { read } = await folder();
  expect(await read(path)).toBeNull();
});

test("static files: a file that changes is served anew", async () => {
  const { path, read } = await folder();
  expect(await read("Packages")).toBe("Package: lime-berlin\n");
  await writeFile(`${path}/Packages`, "Package: lime-vienna and more\n");
  expect(await read("Packages")).toBe("Package: lime-vienna and more\n");
});
