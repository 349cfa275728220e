import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Lock } from "./lock.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pawl-lock-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A process that waits for a line, tries the lock, says `won` or `busy`, and holds it until its stdin ends. */
function contender(): { answer: Promise<string>; go(): void; end(): void; kill(): Promise<void> } {
  const script = `
    import { Lock } from ${JSON.stringify(fileURLToPath(new URL("./lock.ts", import.meta.url)))};
    await new Promise((go) => process.stdin.once("data", go));
    const attempt = await Lock.tryAcquire(${JSON.stringify(dir)}, "a test", new Date());
    process.stdout.write("held" in attempt ? "won" : "busy");
    process.stdin.on("end", () => process.exit());
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  return {
    answer: new Promise((resolve) => child.stdout.once("data", (data) => resolve(String(data)))),
    go: () => void child.stdin.write("\n"),
    end: () => void child.stdin.end(),
    kill: () => new Promise((resolve) => child.once("exit", () => resolve()) && child.kill("SIGKILL")),
  };
}

test("is held by one and busy for the other, then free again", async () => {
  const first = await Lock.tryAcquire(dir, "install 1.1.0", new Date(0));
  const second = await Lock.tryAcquire(dir, "check", new Date(0));
  expect(second).toMatchObject({
    busy: { pid: process.pid, purpose: "install 1.1.0", since: "1970-01-01T00:00:00.000Z" },
  });
  if ("held" in first) await first.held[Symbol.asyncDispose]();
  expect(await Lock.owner(dir)).toBeNull();
  expect(await Lock.tryAcquire(dir, "check", new Date())).toHaveProperty("held");
});

test("§6 lock: a pid that is used again by another process doesn't hold the lock", async () => {
  const attempt = await Lock.tryAcquire(dir, "old", new Date());
  expect(attempt).toHaveProperty("held");
  const owner = await Lock.owner(dir);
  await writeFile(join(dir, "1"), JSON.stringify({ ...owner, start_time: "1" }));
  expect(await Lock.tryAcquire(dir, "new", new Date())).toHaveProperty("held");
});

test("§6 lock: a lock from before a reboot, and one that a power cut left empty, are free", async () => {
  const owner = { pid: process.pid, boot_id: "another", start_time: "1", purpose: "", since: "" };
  await writeFile(join(dir, "7"), JSON.stringify(owner));
  const attempt = await Lock.tryAcquire(dir, "new", new Date());
  expect(attempt).toHaveProperty("held");
  await writeFile(join(dir, "8"), "");
  expect(await Lock.tryAcquire(dir, "new", new Date())).toHaveProperty("held");
});

test("§6 lock: of 50 processes that meet a dead owner's lock exactly one wins", async () => {
  const dead = contender();
  dead.go();
  expect(await dead.answer).toBe("won");
  await dead.kill();
  const all = Array.from({ length: 50 }, contender);
  for (const one of all) one.go();
  const answers = await Promise.all(all.map((one) => one.answer));
  for (const one of all) one.end();
  expect(answers.filter((answer) => answer === "won")).toHaveLength(1);
  expect(answers.filter((answer) => answer === "busy")).toHaveLength(49);
});

test("giving it back empties no file that a link in its place leads to", async () => {
  const attempt = await Lock.tryAcquire(dir, "turn", new Date());
  const [elsewhere, path] = [join(dir, "elsewhere"), join(dir, "1")];
  await writeFile(elsewhere, "precious");
  await rm(path);
  await symlink(elsewhere, path);
  if ("held" in attempt) await expect(attempt.held[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "ELOOP" });
  expect(await readFile(elsewhere, "utf8")).toBe("precious");
});

test("stays small however often it changes hands", async () => {
  const { readdir } = await import("node:fs/promises");
  for (let turn = 0; turn < 60; turn++) {
    const attempt = await Lock.tryAcquire(dir, "turn", new Date());
    if ("held" in attempt) await attempt.held[Symbol.asyncDispose]();
  }
  expect((await readdir(dir)).length).toBeLessThanOrEqual(33);
});
