import { readFileSync, readlinkSync } from "node:fs";
import { chmod } from "node:fs/promises";
import type { Server } from "node:http";
import type { ListenOptions } from "node:net";
import { UpdateError } from "../error.ts";
import { type Address, addressWords } from "../listen-address.ts";
import { removeStaleSocket } from "./stale-socket.ts";

/** Listens there. Returns the address with the port that was taken. Throws UpdateError `config_invalid` when it can't. */
export async function listenAt(server: Server, address: Address): Promise<Address> {
  const isUnix = address.kind === "unix";
  if (isUnix) await removeStaleSocket(address.path);
  const where = isUnix ? { path: address.path } : { host: address.host, port: address.port };
  await begin(server, where, (why) => `Pawl can't listen on ${addressWords(address)}: ${why}.`);
  if (isUnix) await chmod(address.path, 0o660);
  const taken = server.address();
  return !isUnix && typeof taken === "object" && taken ? { ...address, port: taken.port } : address;
}

/**
 * Serves a socket that systemd listens on and goes on to own: its path, its mode and its queue of connections stay when
 * this process ends. Returns its own address. Throws UpdateError `config_invalid` for anything but such a socket.
 */
export async function listenToFd(server: Server, fd: number): Promise<Address> {
  await begin(
    server,
    { fd },
    (why) => `systemd has passed on something that Pawl can't listen to (${why}). Its socket needs ListenStream=.`,
  );
  const taken = server.address();
  if (typeof taken === "object" && taken) return { kind: "tcp", host: taken.address, port: taken.port };
  // Node knows no path of a socket that it hasn't made.
  return { kind: "unix", path: unixPathOf(fd) };
}

async function begin(
  server: Server,
  where: ListenOptions | { fd: number },
  words: (why: string) => string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error) => reject(new UpdateError("config_invalid", words(reasonOf(cause)), { cause }));
    server.once("error", fail);
    server.listen(where, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function reasonOf(cause: Error): string {
  const code = "code" in cause ? cause.code : null;
  if (code === "EADDRINUSE") return "another program does so already";
  return code === "EACCES" ? "this user isn't allowed to" : cause.message;
}

/** Where such a socket lies, by its inode in /proc/net/unix; a name in brackets when that can't be read. */
function unixPathOf(fd: number): string {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
    // Num RefCount Protocol Flags Type St Inode Path
    const rows = readFileSync("/proc/net/unix", "utf8").split("\n");
    const columns = rows.map((row) => /^\S+: \S+ \S+ \S+ \S+ \S+ +(\d+) (.+)$/.exec(row));
    return columns.find((row) => row?.[1] === inode)?.[2] ?? "(unnamed)";
  } catch {
    return "(unnamed)";
  }
}
