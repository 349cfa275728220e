import { chmod, chown, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { apply, assertRootsProgram, pawlApply } from "./apply.ts";

const CALL = ["install", "kitchen", "0abcdefgh-123456"];
const forever = new AbortController().signal;

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await TempDir.create();
  path = dir.join("pawl.yaml");
  await writeFile(
    path,
    `state_dir: ${dir.join("state")}
apps:
  pantry:
    source: { http: { url: "https://updates.example.org" } }
    install: { bundle: { home: ${dir.join("home")} } }
`,
    { mode: 0o644 },
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await dir[Symbol.asyncDispose]();
});

describe.skipIf(process.geteuid?.() !== 0)("run by root", () => {
  test("trusts a configuration that is root's alone", async () => {
    await expect(pawlApply(CALL, path, forever)).rejects.toMatchObject({ code: "unknown_app" });
  });

  test.each([0o664, 0o646])("refuses a configuration of mode %o", async (mode) => {
    await chmod(path, mode);
    await expect(pawlApply(CALL, path, forever)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("Others than root may write"),
    });
  });

  test("refuses a configuration that belongs to somebody else", async () => {
    await chown(path, 65_534, 0);
    await expect(pawlApply(CALL, path, forever)).rejects.toMatchObject({ code: "config_invalid", fields: { path } });
  });

  test("refuses to go on as a program that others can change, wherever on the way to it", async () => {
    const program = dir.join("sbin", "pawl-apply");
    await mkdir(dir.join("sbin"));
    await writeFile(dir.join("pawl"), "");
    await symlink(dir.join("pawl"), program);
    await assertRootsProgram([program, process.execPath]);
    for (const place of [dir.join("sbin"), dir.join("pawl")]) {
      await chown(place, 65_534, 0);
      const refused = { code: "requires_unmet", fields: { path: place } };
      await expect(assertRootsProgram([process.execPath, program])).rejects.toMatchObject(refused);
      await chown(place, 0, 0);
    }
  });
});

test("§4 environment: root's side ignores every PAWL_ variable", async () => {
  // Each of them would be an error, or lead elsewhere, where the environment counts.
  const variables = { PAWL_STATE_DIR: dir.join("elsewhere"), PAWL_APPS_PANTRY_INSTALL_BUNDLE_HOMEE: "/x" };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const call = { action: "install", app: "pantry", updateId: "0abcdefgh-123456" } as const;
  await expect(apply(path, call, forever)).rejects.toMatchObject({
    code: "bad_request",
    fields: { path: dir.join("state/pantry/api/order.json") },
  });
  expect((await readdir(dir.path)).sort()).toEqual(["pawl.yaml", "state"]);
});

test.each([
  [["install", "kitchen"]],
  [["install", "kitchen", "0abcdefgh-123456", "more"]],
  [["--config", "pawl.yaml", "kitchen"]],
  [["install", "--help", "0abcdefgh-123456"]],
  [["adopt", "kitchen", "0abcdefgh-123456"]],
  [["install", "kitchen", "../../etc"]],
])("refuses %j, which isn't of its vocabulary", async (args) => {
  await expect(pawlApply(args, path, forever)).rejects.toMatchObject({ code: "bad_request" });
});
