import { symlink } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { createLog } from "../../log/log.ts";
import { buildUser } from "./account.ts";
import { openSandboxes } from "./index.ts";
import { quick } from "./quick.ts";
import { LIMITS } from "./testing/open-place.ts";

const { signal } = new AbortController();
const log = createLog({ level: "silent" });

/** Without programs of these names. */
async function without(names: readonly string[]): Promise<TempDir> {
  const dir = await TempDir.create("pawl-path-");
  const { stdout } = await quick(["find", "/usr/bin", "/usr/sbin", "-maxdepth", "1", "-not", "-type", "d"], {
    maxBytes: 1e6,
    signal,
  });
  for (const path of stdout.toString().trim().split("\n")) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!names.includes(name)) await symlink(path, dir.join(name)).catch(() => undefined);
  }
  return dir;
}

test("without bubblewrap builds are refused with the command that helps; by name they run without", async () => {
  await using path = await without(["bwrap"]);
  await using dir = await TempDir.create("pawl-sandbox-");
  const before = process.env.PATH;
  process.env.PATH = path.path;
  try {
    const options = { user: "pawl-build", folder: dir.path, log, signal };
    const sandboxes = await openSandboxes({ ...options, mode: "bubblewrap" });
    expect(sandboxes.trouble).toContain("apt install bubblewrap");
    expect(sandboxes.description).toBe("unavailable");
    const asked = { tree: dir.path, folder: dir.path, limits: LIMITS, proxySocket: null, signal };
    await expect(sandboxes.open(asked)).rejects.toMatchObject({ code: "worker_failed", message: sandboxes.trouble });
    expect((await openSandboxes({ ...options, mode: "none" })).trouble).toBeNull();
  } finally {
    process.env.PATH = before;
  }
});

test("bubblewrap without namespaces is refused with what helps", async () => {
  await using dir = await TempDir.create("pawl-sandbox-");
  const options = {
    mode: "bubblewrap" as const,
    avoid: ["namespaces" as const],
    user: "pawl-build",
    folder: dir.path,
    log,
    signal,
  };
  expect((await openSandboxes(options)).trouble).toContain("allow unprivileged user namespaces");
});

test.runIf(process.geteuid?.() === 0)(
  "as root builds run as the named user, else as a number that nobody has",
  async () => {
    const nobody = Number((await quick(["id", "-u", "nobody"], { signal })).stdout);
    expect(await buildUser("nobody", signal)).toMatchObject({ uid: nobody, name: "nobody" });
    for (const name of ["no-such-user", "root", "-u"])
      expect(await buildUser(name, signal)).toMatchObject({ uid: 80_729, gid: 80_729 });
  },
);
