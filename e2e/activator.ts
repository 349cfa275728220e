// What systemd does for a socket unit, in small: holds sockets, starts a program with them when somebody knocks, and again
// after its end. It never accepts a connection itself.
// activator.ts <port of 127.0.0.1 | /path>… -- <program> <argument>…

import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:net";

const at = process.argv.indexOf("--");
const wanted = process.argv.slice(2, at);
const argv = process.argv.slice(at + 1);

const servers = await Promise.all(
  wanted.map(
    (where) =>
      new Promise<Server>((resolve) => {
        const server = createServer();
        const listening = () => resolve(server);
        if (where.startsWith("/")) server.listen(where, listening);
        else server.listen(Number(where), "127.0.0.1", listening);
      }),
  ),
);
const fds = servers.map((server) => (server as unknown as { _handle: { fd: number } })._handle.fd);
const inodes = fds.map((fd) => readlinkSync(`/proc/self/fd/${fd}`).replace(/\D/g, ""));
writeSync(1, "holding\n");

// Synchronous from here on: this process's own event loop, which would accept connections, stands still.
for (;;) {
  // Nothing says how many wait at a unix socket.
  while (wanted.every((where) => !where.startsWith("/")) && !hasKnock()) pause(5);
  const { status, signal } = spawnSync("/bin/sh", ["-c", 'export LISTEN_PID=$$; exec "$@"', "sh", ...argv], {
    stdio: ["ignore", 1, 2, ...fds],
    env: { ...process.env, LISTEN_FDS: String(fds.length) },
  });
  writeSync(1, `ended with ${signal ?? status}\n`);
  pause(10);
}

/** Whether a connection waits to be accepted: for a socket that listens, rx_queue is how many do. */
function hasKnock(): boolean {
  const rows = readFileSync("/proc/net/tcp", "utf8").split("\n");
  return rows.some((row) => {
    const columns = row.trim().split(/\s+/);
    return inodes.includes(columns[9] ?? "") && Number.parseInt(columns[4]?.split(":")[1] ?? "0", 16) > 0;
  });
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
