import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { TempDir } from "@pawl/testkit";
import { beforeEach, expect, test } from "vitest";
import { DEVICE_FILE } from "./nodes.ts";

const isRoot = process.geteuid?.() === 0;
const PAWL = 54_321;
const ESC = "\u001b";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  await chmod(dir.path, 0o755);
  for (const path of ["state/.api", "state/kitchen/api/log"]) {
    await mkdir(dir.join(path), { recursive: true });
  }
  for (const path of ["state/.api", "state/kitchen/api", "state/kitchen/api/log"])
    await chown(dir.join(path), PAWL, PAWL);
  return () => dir[Symbol.asyncDispose]();
});

/** A device as `pawl setup` leaves it, without systemd. */
async function configure(listen: string): Promise<void> {
  await writeFile(
    dir.join("pawl.yaml"),
    `listen: "${listen}"
state_dir: ${dir.join("state")}
apps:
  kitchen:
    source: { directory: { path: ${dir.join("releases")} } }
    install: { bundle: { home: ${dir.join("kitchen")} } }
    services: []
`,
  );
}

/** The answer to one call. */
async function ask(at: { host: string; port: number } | { socketPath: string }): Promise<[number, string]> {
  const host = "host" in at ? `${at.host}:${at.port}` : "localhost";
  const call = request({ ...at, path: "/api/update/status", headers: { host } }).end();
  const [response] = await once(call, "response");
  return [response.statusCode, await text(response)];
}

async function uidOf({ pid }: ChildProcess): Promise<number> {
  return Number(/^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]);
}

async function withDaemon(work: (daemon: ChildProcess) => Promise<void>): Promise<void> {
  const daemon = spawn(process.execPath, [DEVICE_FILE, "device", "--config", dir.join("pawl.yaml")]);
  const ended = once(daemon, "exit");
  const stderr = text(daemon.stderr);
  try {
    const begun = await Promise.race([once(daemon.stdout, "data"), ended.then(() => null)]);
    if (begun === null) throw new Error(await stderr);
    await work(daemon);
  } finally {
    daemon.kill();
    await ended;
  }
}

test.runIf(isRoot)(
  "a daemon of root's listens on a port that only root may take, and isn't root",
  async () => {
    await configure("127.83.7.1:817");
    await withDaemon(async (daemon) => {
      expect(await uidOf(daemon)).toBe(PAWL);
      expect(await ask({ host: "127.83.7.1", port: 817 })).toEqual([200, expect.stringContaining('"success":true')]);
      expect((await stat(dir.join("state/.api/cli-token"))).uid).toBe(PAWL);
    });
  },
  30_000,
);

test.runIf(isRoot)(
  "after a boot a daemon of root's makes the folder of its socket, and isn't root",
  async () => {
    await configure(`unix:${dir.join("run/pawl/api.sock")}`);
    await withDaemon(async (daemon) => {
      expect(await uidOf(daemon)).toBe(PAWL);
      const socketPath = dir.join("run/pawl/api.sock");
      expect((await ask({ socketPath }))[0]).toBe(200);
      const { uid, mode } = await stat(socketPath);
      expect([uid, mode & 0o777]).toEqual([PAWL, 0o660]);
    });
  },
  30_000,
);

/** What a command prints; "killed" when it didn't come to its end. */
function pawl(...args: string[]): { said: string; code: number | "killed" } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [DEVICE_FILE, ...args, "--config", dir.join("pawl.yaml")],
    { encoding: "utf8", timeout: 60_000, killSignal: "SIGKILL", env: { ...process.env, FORCE_COLOR: "1" } },
  );
  return { said: stdout + stderr, code: status ?? "killed" };
}

test.runIf(isRoot)(
  "a FIFO in the place of the API's tokens holds up none of root's commands",
  async () => {
    await configure("127.0.0.1:0");
    for (const name of ["tokens.json", "cli-token"]) spawnSync("mkfifo", [dir.join("state/.api", name)]);
    expect(pawl("config", "check").code).toBe(0);
    expect(pawl("token", "list")).toEqual({ code: 1, said: expect.stringContaining("is not a regular file") });
    expect(pawl("check").code).not.toBe("killed");
  },
  90_000,
);

test.runIf(isRoot)(
  "what the API's side has written sets nothing off in root's terminal",
  async () => {
    await configure("127.0.0.1:0");
    const hostile = `${ESC}]0;owned${"\u0007"}${ESC}[2J${ESC}[31mred\nall is well`;
    const event = { type: "line", level: "info", line: hostile };
    const logged = JSON.stringify({ at: "2026-05-01T04:20:00.000Z", event });
    await writeFile(dir.join("state/kitchen/api/log/00000001-abcdef.jsonl"), `${logged}\n`);
    const choice = JSON.stringify({ channel: hostile, auto: { time: hostile } });
    await writeFile(dir.join("state/kitchen/api/settings.json"), choice);
    const log = pawl("log");
    expect(log).toEqual({ code: 0, said: expect.stringMatching(/^2026-05-01 .* \]0;ownedred\n {21}all is well\n$/) });
    expect(pawl("config", "check").said).not.toContain(ESC);
    const status = pawl("status");
    expect(status.code).toBe(0);
    // Its own colours are there, and no others.
    expect(status.said).toContain(`${ESC}[1mkitchen${ESC}[22m`);
    expect(pawl("doctor").said).not.toContain(`${ESC}[2J`);
  },
  90_000,
);
