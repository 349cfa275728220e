import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { lstat, mkdir, open, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { Appliance, freePort, PawlCommand, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEVICE_FILE, NODES } from "./nodes.ts";

const ACTIVATOR = fileURLToPath(new URL("./activator.ts", import.meta.url));
const SYSTEMD = "/usr/bin/systemd-socket-activate";

let dir: TempDir;
const started: Started[] = [];

beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("releases"));
  await writeFile(dir.join("releases/index.json"), JSON.stringify({ name: "kitchen", releases: [] }));
});

afterEach(async () => {
  for (const each of started.splice(0)) await each.end();
  await dir[Symbol.asyncDispose]();
});

/** A device whose own `listen` nobody uses, with an app that has never had a release. */
async function writeConfig(idleExit: string, more = ""): Promise<string> {
  const path = dir.join("pawl.yaml");
  const listen = `127.0.0.1:${await freePort()}`;
  await writeFile(
    path,
    `listen: ${listen}
idle_exit: ${idleExit}
state_dir: ${dir.join("state")}
apps:
  kitchen:
    source: { directory: { path: ${dir.join("releases")} } }
    install: { bundle: { home: ${dir.join("home")} } }
${more}`,
  );
  return path;
}

describe.each([NODES.node24, NODES.node18])("by systemd's own program, on $name", ({ path: node, isThere }) => {
  test.skipIf(!isThere || !existsSync(SYSTEMD))("§4 listen: a TCP socket of systemd's wins, and is left", async () => {
    const config = await writeConfig("300ms");
    const port = await freePort();
    const daemon = start(SYSTEMD, ["-l", `127.0.0.1:${port}`, node, DEVICE_FILE, "device", "--config", config]);
    await daemon.said("Listening");
    const knocked = performance.now();
    expect(await ask({ port }, "/api/update/status")).toMatchObject({ success: true, state: "idle" });
    console.log(`cold hit on ${node}: ${Math.round(performance.now() - knocked)} ms`);
    expect(await daemon.ended()).toBe(0);
    expect(daemon.output()).toContain(`Pawl listens on 127.0.0.1:${port} for systemd`);
    expect(daemon.output()).toContain(
      "Nobody has wanted anything for 0.3 s, so Pawl ends; the next call starts it again.",
    );
  });

  test.skipIf(!isThere || !existsSync(SYSTEMD))("§4 listen: a unix socket of systemd's stays as it is", async () => {
    const config = await writeConfig("300ms");
    const socketPath = dir.join("api.sock");
    const daemon = start(SYSTEMD, ["-l", socketPath, node, DEVICE_FILE, "device", "--config", config]);
    await daemon.said("Listening");
    const before = await lstat(socketPath);
    expect(await ask({ socketPath }, "/api/update/status")).toMatchObject({ success: true });
    expect(await daemon.ended()).toBe(0);
    expect(daemon.output()).toContain(`Pawl listens on unix:${socketPath} for systemd`);
    const { ino, mode } = await lstat(socketPath);
    expect([ino, mode]).toEqual([before.ino, before.mode]);
  });

  test.skipIf(!isThere)(
    "nothing is lost around the moment it ends: whoever knocks then starts the next one",
    async () => {
      const config = await writeConfig("60ms");
      const port = await freePort();
      const daemon = activate([String(port)], [node, DEVICE_FILE, "device", "--config", config]);
      await daemon.said("holding");
      // From well before the moment to well after it, in steps of 2 ms.
      for (let pause = 46; pause <= 76; pause += 2) {
        const answers = await Promise.all([0, 15, 30].map((ms) => knockAndAsk(port, ms)));
        for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      const ends = daemon.output().match(/^ended with .*$/gm) ?? [];
      console.log(`${ends.length} instances, 48 calls`);
      expect(ends.length).toBeGreaterThan(2);
      expect(new Set(ends)).toEqual(new Set(["ended with 0"]));
    },
    60_000,
  );
});

test("several sockets are served at once, each under its own address", async () => {
  const config = await writeConfig("500ms");
  const port = await freePort();
  const socketPath = dir.join("api.sock");
  const daemon = activate([String(port), socketPath], [process.execPath, DEVICE_FILE, "device", "--config", config]);
  await daemon.said("Pawl listens on");
  expect(daemon.output()).toContain(`Pawl listens on 127.0.0.1:${port}, unix:${socketPath} for systemd`);
  for (const where of [{ port }, { socketPath }]) {
    expect(await ask(where, "/api/update/status")).toMatchObject({ success: true });
  }
  const rebound = { Host: `evil.example:${port}` };
  expect(await ask({ port }, "/api/update/status", rebound)).toMatchObject({ code: "forbidden" });
  expect(await ask({ socketPath }, "/api/update/status", rebound)).toMatchObject({ success: true });
});

test("a socket that others can reach isn't served without a token", async () => {
  const config = await writeConfig("300ms");
  const port = await freePort();
  const command = [process.execPath, DEVICE_FILE, "device", "--config", config];
  const refused = start(SYSTEMD, ["-l", `0.0.0.0:${port}`, ...command]);
  await refused.said("Listening");
  await expect(ask({ port }, "/api/update/status")).rejects.toThrow();
  expect(await refused.ended()).not.toBe(0);
  expect(refused.output()).toContain(`Others can reach 0.0.0.0:${port}`);
  const pawl = new PawlCommand([process.execPath, DEVICE_FILE], config);
  expect((await pawl.run("token", "create", "page")).code).toBe(0);
  const kept = start(SYSTEMD, ["-l", `0.0.0.0:${port}`, ...command]);
  await kept.said("Listening");
  expect(await ask({ port }, "/api/update/status")).toMatchObject({ code: "unauthorized" });
});

test("what is no listening socket is refused, with words about the socket's unit", async () => {
  const config = await writeConfig("300ms");
  await using file = await open(config);
  const words = ["-c", 'export LISTEN_PID=$$; exec "$@"', "sh", process.execPath, DEVICE_FILE, "device"];
  const child = spawn("/bin/sh", [...words, "--config", config], {
    stdio: ["ignore", "pipe", "pipe", file.fd],
    env: { ...process.env, LISTEN_FDS: "1" },
  });
  const daemon = follow(child);
  expect(await daemon.ended()).toBe(2);
  expect(daemon.output()).toContain("Its socket needs ListenStream=");
});

test("sockets that were meant for another process are none: `listen` counts, and nothing ends by itself", async () => {
  const config = await writeConfig("50ms");
  const child = spawn(process.execPath, [DEVICE_FILE, "device", "--config", config], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LISTEN_FDS: "1", LISTEN_PID: "1" },
  });
  const daemon = follow(child);
  await daemon.said("Pawl listens on 127.0.0.1:");
  expect(daemon.output()).not.toContain("for systemd");
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(child.exitCode).toBe(null);
});

test("told to end, it ends at once, however long it might stay", async () => {
  const config = await writeConfig("1h");
  const port = await freePort();
  const daemon = start(SYSTEMD, [
    "-l",
    `127.0.0.1:${port}`,
    process.execPath,
    DEVICE_FILE,
    "device",
    "--config",
    config,
  ]);
  await daemon.said("Listening");
  await ask({ port }, "/api/update/status");
  const asked = performance.now();
  daemon.child.kill("SIGTERM");
  expect(await daemon.ended()).toBe(0);
  expect(performance.now() - asked).toBeLessThan(20_000);
});

test("whoever watches keeps it, and it ends after they have left", async () => {
  const config = await writeConfig("100ms");
  const port = await freePort();
  const daemon = activate([String(port)], [process.execPath, DEVICE_FILE, "device", "--config", config]);
  await daemon.said("holding");
  const watching = request({ port, path: "/api/update/progress", agent: false });
  watching.on("error", () => undefined).end();
  await once(watching, "response");
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(daemon.output()).not.toContain("ended with");
  watching.destroy();
  await daemon.said("ended with 0");
});

test("the command line wakes it with the token that the one before laid down, and with the first one ever", async () => {
  const port = await freePort();
  const config = await writeConfig("60ms");
  await writeFile(config, (await readFile(config, "utf8")).replace(/^listen: .*$/m, `listen: 127.0.0.1:${port}`));
  const pawl = new PawlCommand([process.execPath, DEVICE_FILE], config);
  expect((await pawl.run("token", "create", "page")).code).toBe(0);
  const daemon = activate([String(port)], [process.execPath, DEVICE_FILE, "device", "--config", config]);
  await daemon.said("holding");
  for (let n = 1; n <= 3; n++) {
    expect(await pawl.run("skip", "9.9.9")).toMatchObject({ code: 0, stderr: "" });
    await daemon.said("ended with 0", n);
  }
});

test("an update under way keeps it, and what it starts inherits nothing of the socket", async () => {
  const port = await freePort();
  const seen = dir.join("seen");
  const notify = dir.join("notify");
  await writeFile(notify, `#!/bin/sh\n{ env; ls -l /proc/self/fd; } > ${seen}\n`, { mode: 0o755 });
  await using appliance = await Appliance.create({
    dir: dir.path,
    pawl: [process.execPath, DEVICE_FILE],
    apiPort: port,
    steady: "2s",
    extra: `    notify: [{ on: [updated], command: [${notify}] }]\n`,
  });
  await appliance.changeConfig((text) => `idle_exit: 100ms\n${text}`);
  await appliance.publish("1.0.0");
  const command = [process.execPath, DEVICE_FILE, "device", "--config", appliance.configPath];
  const daemon = activate([String(port)], command);
  await daemon.said("holding");
  expect(await ask({ port, method: "POST" }, "/api/update/install")).toMatchObject({ state: "installing" });
  await daemon.said("ended with 0");
  // It was one process from the order to the end, far longer than it stays for nothing.
  expect(daemon.output().match(/Pawl listens on/g)).toHaveLength(1);
  expect(await ask({ port }, "/api/update/status")).toMatchObject({ state: "complete", current_version: "1.0.0" });
  const inherited = await readFile(seen, "utf8");
  expect(inherited).toContain("PATH=");
  expect(inherited).not.toMatch(/LISTEN_/);
  // Its pipes to us, and the folder that ls reads.
  expect(inherited.match(/ [3-9] -> /g)).toHaveLength(1);
});

interface Started {
  child: ChildProcess;
  output(): string;
  /** Until it has said it, so many times. */
  said(words: string, times?: number): Promise<void>;
  ended(): Promise<number | null>;
  end(): Promise<void>;
}

function activate(sockets: string[], argv: string[]): Started {
  return start(process.execPath, [ACTIVATOR, ...sockets, "--", ...argv]);
}

function start(program: string, args: string[]): Started {
  return follow(spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true }));
}

function follow(child: ChildProcess): Started {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (output += data));
  const over = new Promise<number | null>((resolve) => child.once("close", resolve));
  const each: Started = {
    child,
    output: () => output,
    said: async (words, times = 1) => {
      for (const until = performance.now() + 20_000; output.split(words).length <= times; ) {
        if (performance.now() > until) throw new Error(`It never said "${words}":\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    ended: () => over,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      // With what it has started, in a group of their own.
      try {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      } catch {
        child.kill("SIGKILL");
      }
      await over;
    },
  };
  started.push(each);
  return each;
}

/** All that comes back to who takes so long from the knock to the question, and again to its second half, in milliseconds. */
async function knockAndAsk(port: number, ms: number): Promise<string> {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  let answer = "";
  socket.on("data", (data) => (answer += data)).on("error", (error) => (answer += error.message));
  const closed = once(socket, "close");
  await once(socket, "connect");
  for (const half of [`GET /api/update/status HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`, "Connection: close\r\n\r\n"]) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    socket.write(half);
  }
  await closed;
  return answer;
}

interface Where {
  port?: number;
  socketPath?: string;
  method?: string;
}

/** An answer of the API, by a connection of its own that is closed afterwards. Rejects when the connection breaks. */
function ask(where: Where, path: string, headers: Record<string, string> = {}): Promise<object> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", ...where, path, headers, agent: false, timeout: 20_000 });
    outgoing.on("error", reject);
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
    outgoing.on("response", async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk;
      resolve(JSON.parse(text));
    });
    outgoing.end();
  });
}
