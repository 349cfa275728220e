import { once } from "node:events";
import { chmod, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, createServer as createTcp } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPlace, type TestPlace } from "./testing/open-place.ts";
import { processesWith } from "./testing/processes.ts";
import { PROXY_PORT } from "./types.ts";

const isRoot = process.geteuid?.() === 0;

describe("in bubblewrap", () => {
  let place: TestPlace;
  beforeAll(async () => {
    place = await openPlace({ mode: "bubblewrap" });
    await writeFile(place.dir.join("secret"), "pawl-secret", { mode: 0o644 });
  });
  afterAll(() => place[Symbol.asyncDispose]());

  test("a build is never root, seen from outside", async () => {
    await using build = await place.open();
    const running = build.sh("sleep 20; : pawl-who");
    const pids = await appear("pawl-who");
    const own = process.geteuid?.() ?? 0;
    const user = place.sandboxes.user ?? { uid: own, gid: own };
    const seen = await Promise.all(pids.map((pid) => identity(pid)));
    // Those around it wait for its end, as whoever the worker is; what came out of bubblewrap is the build.
    const inside = seen.filter(({ namespace, name }) => namespace !== "" && name === "sh");
    expect(inside.length).toBeGreaterThan(0);
    for (const { uids, gids, groups, capabilities, noNewPrivileges } of inside) {
      expect({ uids, gids }).toEqual({ uids: Array(4).fill(user.uid), gids: Array(4).fill(user.gid) });
      if (isRoot) expect(groups).toEqual([]);
      expect(capabilities).toBe("0000000000000000");
      expect(noNewPrivileges).toBe("1");
    }
    expect(user.uid).not.toBe(0);
    for (const pid of inside.map(({ pid }) => pid)) process.kill(pid, "SIGKILL");
    expect((await running).stoppedBy).toBeNull();
  });

  test("a build sees no processes but its own, and can end none", async () => {
    await using build = await place.open();
    const { lines } = await build.sh('ls /proc | grep -c "^[0-9]"; kill -0 "$1" 2>&1; kill -9 "$1" -1; echo gone', {
      args: [String(process.pid)],
    });
    expect(Number(lines[0])).toBeLessThan(8);
    expect(lines[1]).toContain("No such process");
  });

  test("a build sees nothing of the machine but its programs", async () => {
    await using build = await place.open();
    const { lines } = await build.sh('ls /; ls -A /etc /run; cat "$1" 2>&1; env', { args: [place.dir.join("secret")] });
    const text = lines.join("\n");
    for (const name of ["root", "home", "var", "srv", "opt", "mnt", "sys", "shadow", "hostname"])
      expect(lines).not.toContain(name);
    expect(text).not.toContain("pawl-secret");
    expect(
      lines
        .filter((line) => line.includes("="))
        .map((line) => line.split("=")[0])
        .sort(),
    ).toEqual(["HOME", "LC_ALL", "PATH", "PWD", "TMPDIR"]);
    expect(
      (await build.sh("cat /proc/1/cmdline /proc/self/mountinfo /proc/self/cgroup | tr '\\0' ' '")).lines.join("\n"),
    ).not.toContain(process.cwd());
  });

  test("a build writes to its own folders only, and gets no rights by new namespaces", async () => {
    await using build = await place.open();
    const script = `
      for at in / /usr /usr/bin /etc /dev /run /bin /proc/sys/kernel/hostname; do ( : > "$at/pawl-was-here" ) 2>/dev/null && echo "$at"; done
      for at in . "$1" /tmp /dev/shm; do echo x > "$at/pawl-was-here" || echo "not $at"; done
      unshare --user true 2>/dev/null && echo namespaces
      mount -t tmpfs none /tmp 2>/dev/null && echo mounts
      mknod node c 1 3 2>/dev/null && echo devices
      head -c 200000000 /dev/zero 2>/dev/null > /dev/shm/big && echo memory
      exit 0`;
    expect(await build.sh(script, { args: [build.sandbox.output] })).toEqual({ code: 0, stoppedBy: null, lines: [] });
    expect(await stat(`${place.tree}/pawl-was-here`).catch(() => null)).toBeNull();
  });

  test("a build reaches no network: neither names nor this machine's ports and abstract sockets", async () => {
    await using build = await place.open();
    const port = createTcp((socket) => socket.end("pawl-host\n")).listen(0, "127.0.0.1");
    const abstract = createTcp((socket) => socket.end("pawl-host\n")).listen("\0pawl-abstract-test");
    await Promise.all([once(port, "listening"), once(abstract, "listening")]);
    const address = port.address();
    const number = typeof address === "object" && address !== null ? address.port : 0;
    // Both are there for whoever is outside.
    for (const socket of [connect(number, "127.0.0.1"), connect("\0pawl-abstract-test")]) {
      expect(String((await once(socket, "data"))[0])).toBe("pawl-host\n");
      socket.destroy();
    }
    const script = `
      perl -MIO::Socket::INET -e 'print IO::Socket::INET->new("127.0.0.1:${number}") ? "open\\n" : "closed\\n"'
      perl -MIO::Socket::UNIX -e 'print IO::Socket::UNIX->new(Peer => "\\0pawl-abstract-test") ? "open\\n" : "closed\\n"'
      perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(PeerAddr => "192.0.2.1:80", Timeout => 2) ? "open\\n" : "closed: $!\\n"'
      getent hosts example.org || echo no name
      wget -q -T 2 -t 1 -O - http://127.0.0.1:${PROXY_PORT}/ || echo no proxy`;
    expect((await build.sh(script)).lines).toEqual([
      "closed",
      "closed",
      "closed: Network is unreachable",
      "no name",
      "no proxy",
    ]);
    port.close();
    abstract.close();
  });

  test("what keeps a command from being started is no fault of the build's", async () => {
    await using other = await openPlace({ mode: "bubblewrap" });
    await using build = await other.open();
    await rm(other.tree, { recursive: true });
    await expect(build.sh("true")).rejects.toMatchObject({ code: "worker_failed", isPassing: true });
    await using unopened = new AsyncDisposableStack();
    await expect(
      place.open({ signal: AbortSignal.abort() }).then((sandbox) => unopened.use(sandbox)),
    ).rejects.toThrow();
    expect(await readdir(place.dir.join("sandboxes/open"))).toEqual([]);
  });

  test.for(["bubblewrap", "none"] as const)(
    "with %s a proxy's socket is a port inside, from the first moment",
    async (mode) => {
      await using other = mode === "none" ? await openPlace({ mode }) : null;
      const socket = place.dir.join(`${mode}.sock`);
      const body = Buffer.alloc(3_000_000, "pawl ");
      const server = createServer((request, response) =>
        response.end(request.url === "/big" ? body : `asked ${request.url}`),
      ).listen(socket);
      await once(server, "listening");
      await chmod(socket, 0o666);
      await using build = await (other ?? place).open({ proxySocket: socket });
      expect(build.sandbox.proxyPort === PROXY_PORT).toBe(mode === "bubblewrap");
      const script = `wget -q -t 1 -O - "http://127.0.0.1:$1/1/x"; echo; for i in 1 2 3; do wget -q -t 1 -O - "http://127.0.0.1:$1/big" | wc -c & done; wait`;
      const { lines } = await build.sh(script, { args: [String(build.sandbox.proxyPort)] });
      expect(lines).toEqual(["asked /1/x", "3000000", "3000000", "3000000"]);
      server.closeAllConnections();
      server.close();
    },
  );
});

async function appear(text: string): Promise<number[]> {
  for (let tries = 0; tries < 200; tries++) {
    const pids = processesWith(text);
    const names = await Promise.all(pids.map(async (pid) => (await identity(pid)).name));
    if (names.includes("sh")) return pids;
    await sleep(25);
  }
  throw new Error(`no process with ${text} appeared`);
}

async function identity(pid: number) {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(status)?.[1]?.trim() ?? "";
  const numbers = (name: string) => field(name).split(/\s+/).filter(Boolean).map(Number);
  const namespace = await readlink(`/proc/${pid}/ns/pid`).catch(() => "");
  const isInner = (field("NSpid").match(/\d+/g) ?? []).length > 2;
  return {
    pid,
    name: isInner ? field("Name") : "",
    namespace: isInner ? namespace : "",
    uids: numbers("Uid"),
    gids: numbers("Gid"),
    groups: numbers("Groups"),
    capabilities: field("CapEff"),
    noNewPrivileges: field("NoNewPrivs"),
  };
}
