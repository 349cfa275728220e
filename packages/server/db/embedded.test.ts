import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, readlink, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TempDir } from "@pawl/testkit";
import { sql } from "kysely";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "./connect.ts";
import { installedPrograms, type Programs, programsIn } from "./embedded/programs.ts";
import { type EmbeddedOptions, startEmbedded } from "./embedded.ts";

const log = pino({ level: "silent" });
const isRoot = process.geteuid?.() === 0;
const HOLDER = fileURLToPath(new URL("testing/hold-database.ts", import.meta.url));

let dir: TempDir;
/** A state folder with a database in it, that nobody runs; for copies. */
let made: string;
beforeAll(async () => {
  dir = await TempDir.create("pawl-embedded-");
  made = dir.join("made");
  await using database = await start({ stateDir: made });
  await ask(database.url, "create table kept (n int); insert into kept values (7)");
});
afterAll(() => dir[Symbol.asyncDispose]());

function start(options: Partial<EmbeddedOptions> & { stateDir: string }) {
  return startEmbedded({ log, ...options });
}

let copies = 0;
/** The same database in another folder. */
async function copyOfMade(name = `copy-${copies++}`): Promise<string> {
  await mkdir(dirname(dir.join(name)), { recursive: true });
  execFileSync("cp", ["-a", made, dir.join(name)]);
  return dir.join(name);
}

/** PostgreSQL's programs in another folder; links, where that is on the same disk. */
function cloneOfPrograms(parent: string): Programs {
  const { folder, version } = installedPrograms();
  const target = join(parent, "native");
  if (spawnSync("cp", ["-al", folder, target]).status !== 0) execFileSync("cp", ["-a", folder, target]);
  return programsIn(target, version);
}

async function ask(url: string, query: string): Promise<unknown[]> {
  await using database = await openDatabase({ url, connections: 1, log });
  return (await sql.raw(query).execute(database.kysely)).rows;
}

/** PostgreSQL's processes that work in a state folder's data. */
async function running(stateDir: string): Promise<number[]> {
  const pids: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const cwd = await readlink(`/proc/${name}/cwd`).catch(() => null);
    if (cwd === join(stateDir, "database")) pids.push(Number(name));
  }
  return pids.sort((a, b) => a - b);
}

interface Holder extends AsyncDisposable {
  child: ChildProcess;
  said: Promise<{ url: string; isOwn: boolean } | { error: string }>;
  log: string[];
}

/** A process of its own that holds a database. */
function hold(stateDir: string, program: readonly string[] = [process.execPath]): Holder {
  const [name = "", ...args] = program;
  const child = spawn(name, [...args, HOLDER, stateDir], { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  const said = once(createInterface({ input: child.stdout }), "line").then(([line]) => JSON.parse(line));
  return {
    child,
    said,
    log: lines,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

test("starts on an empty folder, keeps what is written, and stops without a trace", async () => {
  await using database = await start({ stateDir: made });
  expect(database.isOwn).toBe(true);
  expect(await ask(database.url, "select n from kept")).toEqual([{ n: 7 }]);
  const settings = await ask(
    database.url,
    "select name, setting from pg_settings where name in ('fsync', 'listen_addresses', 'data_checksums') order by name",
  );
  expect(settings.map((row) => Object.values(row as object).join("="))).toEqual([
    "data_checksums=on",
    "fsync=on",
    "listen_addresses=",
  ]);
  const address = await stat(join(made, "database-address.json"));
  expect(address.mode & 0o777).toBe(0o600);
  expect((await stat(join(made, "database/pawl-password"))).mode & 0o777).toBe(0o600);
  expect((await stat(join(made, "database"))).mode & 0o777).toBe(0o700);
  if (isRoot) expect((await stat(join(made, "database"))).uid).not.toBe(0);

  await database[Symbol.asyncDispose]();
  expect(await running(made)).toEqual([]);
  expect((await readdir(made)).sort()).toEqual(["database", "database-lock"]);
});

test("nobody gets in without the password", async () => {
  await using database = await start({ stateDir: made });
  const without = database.url.replace(/:[^:@]+@/, "@");
  await expect(ask(without, "select 1")).rejects.toThrow();
  await expect(ask(database.url.replace(/:[^:@]+@/, ":guess@"), "select 1")).rejects.toThrow("password");
});

test("of two starts at once one starts it and the other connects", async () => {
  const stateDir = dir.join("fresh");
  await using first = hold(stateDir);
  await using second = hold(stateDir);
  const [one, two] = await Promise.all([first.said, second.said]);
  expect([one, two]).toEqual([
    { url: expect.any(String), isOwn: expect.any(Boolean) },
    { url: expect.any(String), isOwn: expect.any(Boolean) },
  ]);
  if ("error" in one || "error" in two) throw new Error("no");
  expect(one.url).toBe(two.url);
  expect([one.isOwn, two.isOwn].sort()).toEqual([false, true]);
  expect(await ask(one.url, "select 1 as n")).toEqual([{ n: 1 }]);

  const refused = start({ stateDir, whenRunning: "refuse" });
  await expect(refused).rejects.toThrow(
    /^The database in .*fresh is in use by process \d+ since .* Stop it, or set state_dir/,
  );
  // The one that only connected leaves it running.
  const [owner, guest] = one.isOwn ? [first, second] : [second, first];
  await guest[Symbol.asyncDispose]();
  expect(await ask(one.url, "select 1 as n")).toEqual([{ n: 1 }]);
  await owner[Symbol.asyncDispose]();
  expect(await running(stateDir)).toEqual([]);
});

test("SIGTERM to its process stops it, and leaves nothing running", async () => {
  const stateDir = await copyOfMade();
  await using holder = hold(stateDir);
  await holder.said;
  expect(await running(stateDir)).not.toEqual([]);
  holder.child.kill("SIGTERM");
  expect(await once(holder.child, "exit")).toEqual([0, null]);
  expect(await running(stateDir)).toEqual([]);
});

test("a process that just ends takes it along", async () => {
  const stateDir = await copyOfMade();
  const program = `
    import pino from "pino";
    import { startEmbedded } from ${JSON.stringify(new URL("embedded.ts", import.meta.url))};
    await startEmbedded({ stateDir: ${JSON.stringify(stateDir)}, log: pino({ level: "silent" }) });
    process.exit(3);`;
  const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    timeout: 60_000,
    cwd: import.meta.dirname,
  });
  expect(status).toBe(3);
  await expect.poll(() => running(stateDir)).toEqual([]);
});

test("SIGTERM while it starts leaves nothing running, and nothing half made", async () => {
  const stateDir = dir.join("begun");
  for (const ms of [250, 600]) {
    await using holder = hold(stateDir);
    holder.said.catch(() => undefined);
    await sleep(ms);
    holder.child.kill("SIGTERM");
    await once(holder.child, "exit");
    expect(await running(stateDir)).toEqual([]);
  }
  await using database = await start({ stateDir });
  expect(await ask(database.url, "select 1 as n")).toEqual([{ n: 1 }]);
  expect((await readdir(stateDir)).filter((name) => name.includes(".new-"))).toEqual([]);
});

test("what a killed process left is stopped, and everything committed is there", async () => {
  const stateDir = await copyOfMade();
  await using holder = hold(stateDir);
  const said = await holder.said;
  if ("error" in said) throw new Error(said.error);
  await ask(said.url, "insert into kept values (8)");
  holder.child.kill("SIGKILL");
  await once(holder.child, "exit");
  const left = await running(stateDir);
  expect(left).not.toEqual([]);

  await using database = await start({ stateDir });
  expect(database.isOwn).toBe(true);
  expect(await ask(database.url, "select n from kept order by n")).toEqual([{ n: 7 }, { n: 8 }]);
  expect((await running(stateDir)).filter((pid) => left.includes(pid))).toEqual([]);
});

test.each(["postmaster.pid", ".s.PGSQL.5432.lock"])(
  "a power cut's %s that names another process now keeps nobody out",
  async (name) => {
    const stateDir = await copyOfMade();
    // Of the database's own user: of others' processes PostgreSQL knows that they aren't its own.
    const { uid } = await stat(join(stateDir, "database"));
    const other = spawn("sleep", ["60"], isRoot ? { uid } : {});
    await using _ = { [Symbol.asyncDispose]: async () => void other.kill() };
    const lock = `${other.pid}\n${stateDir}/database\n1700000000\n5432\n\n\n  1 1\nready\n`;
    await writeFile(join(stateDir, "database", name), lock);
    await using database = await start({ stateDir });
    expect(await ask(database.url, "select n from kept")).toEqual([{ n: 7 }]);
  },
);

test("killed with kill -9 it comes back, and connections with it", async () => {
  const stateDir = await copyOfMade();
  await using embedded = await start({ stateDir });
  await using database = await openDatabase({ url: embedded.url, connections: 3, log });
  const missed: string[] = [];
  await using _ = await database.listen("x", () => undefined, { onReconnect: () => missed.push("some") });
  const [postmaster = 0] = await running(stateDir);
  process.kill(postmaster, "SIGKILL");
  await expect
    .poll(
      () =>
        sql`select n from kept`.execute(database.kysely).then(
          ({ rows }) => rows,
          () => null,
        ),
      { timeout: 60_000 },
    )
    .toEqual([{ n: 7 }]);
  await expect.poll(() => missed).toEqual(["some"]);
});

test("a path that is too long for a socket is no obstacle", async () => {
  const stateDir = await copyOfMade(`long/${"x".repeat(90)}`);
  await using database = await start({ stateDir });
  expect(database.url).toContain("@127.0.0.1:");
  expect(await ask(database.url, "select n from kept")).toEqual([{ n: 7 }]);
});

describe.skipIf(!isRoot)("as root", () => {
  test("it runs as somebody else, from a clone that only root may enter, on data there", async () => {
    const clone = dir.join("closed");
    await mkdir(clone);
    const programs = cloneOfPrograms(clone);
    const { version } = programs;
    await chmod(clone, 0o700);
    const stateDir = await copyOfMade("closed/state");
    const parents = [join(clone, "nowhere/in/here"), dir.join("copies")];
    for (const time of ["first", "second"]) {
      // On the way to the copy, too, everybody has to get through.
      await chmod(dir.path, 0o755);
      await using database = await start({ stateDir, programs, copies: parents, user: "nobody" });
      expect(await ask(database.url, "select n from kept"), time).toEqual([{ n: 7 }]);
      const [postmaster] = await running(stateDir);
      expect((await stat(`/proc/${postmaster}`)).uid).toBe(65_534);
      expect(await readlink(`/proc/${postmaster}/exe`)).toBe(dir.join(`copies/postgresql-${version}/bin/postgres`));
    }
    expect((await stat(clone)).mode & 0o777).toBe(0o700);
    // One that lacks something is made anew.
    const copy = dir.join(`copies/postgresql-${version}`);
    await rm(join(copy, "lib"), { recursive: true });
    await using database = await start({ stateDir, programs, copies: [dir.join("copies")] });
    expect(database.isOwn).toBe(true);
    expect(await readdir(dir.join("copies"))).toEqual([`postgresql-${version}`]);
  });

  test("a copy that others could have changed isn't run", async () => {
    const clone = dir.join("shut");
    await mkdir(clone);
    const programs = cloneOfPrograms(clone);
    await chmod(clone, 0o700);
    await mkdir(dir.join(`open/postgresql-${programs.version}`), { recursive: true });
    await chmod(dir.join(`open/postgresql-${programs.version}`), 0o777);
    const starting = start({
      stateDir: dir.join("other"),
      programs,
      copies: [dir.join("open")],
    });
    await expect(starting).rejects.toThrow(/isn't Pawl's own; remove it/);
  });

  test.each([
    ["nobody-of-that-name", "there is no such user here"],
    ["root", "PostgreSQL doesn't run as root"],
    ["-u", "there is no such user here"],
  ])("it can't run as %s", async (user, why) => {
    await expect(start({ stateDir: made, user })).rejects.toThrow(`The database can't run as ${user}: ${why}.`);
  });

  test("a disk that is full is named, and nothing is left half made", async () => {
    const mount = dir.join("small");
    await mkdir(mount);
    const script = `mount -t tmpfs -o size=12m tmpfs ${mount} && exec "$@"`;
    await using holder = hold(join(mount, "state"), ["unshare", "-m", "sh", "-c", script, "sh", process.execPath]);
    expect(await holder.said).toEqual({
      error: expect.stringMatching(/^The database could not be made: the disk that holds .* is full\.$/),
    });
  });
});

describe("says what is wrong with a data folder", () => {
  test.each<[string, (data: string) => Promise<void>, RegExp]>([
    [
      "of another version",
      (data) => writeFile(join(data, "PG_VERSION"), "12\n"),
      /are of PostgreSQL 12, and Pawl brings \d+\./,
    ],
    [
      "that is none",
      (data) => rename(join(data, "PG_VERSION"), join(data, "x")),
      /holds something that isn't a database/,
    ],
    [
      "without its control file",
      (data) => rm(join(data, "global/pg_control")),
      /the data in .* are damaged; put a backup/,
    ],
    [
      "with half a control file",
      (data) => truncate(join(data, "global/pg_control"), 100),
      /the data in .* are damaged/,
    ],
    [
      "without its log",
      (data) => rm(join(data, "pg_wal"), { recursive: true }).then(() => mkdir(join(data, "pg_wal"))),
      /are damaged|may not use/,
    ],
    [
      "without its password",
      (data) => rm(join(data, "pawl-password")),
      /password can't be read from .*pawl-password; put the file back/,
    ],
  ])("%s", async (_, spoil, words) => {
    const stateDir = await copyOfMade();
    await spoil(join(stateDir, "database"));
    await expect(start({ stateDir })).rejects.toMatchObject({
      code: "database_failed",
      message: expect.stringMatching(words),
    });
    expect(await running(stateDir)).toEqual([]);
    // What it was is still there, for whoever can mend it.
    expect(await readdir(join(stateDir, "database"))).toContain("base");
  });

  test("that is a file", async () => {
    const stateDir = dir.join("file");
    await mkdir(stateDir);
    await writeFile(join(stateDir, "database"), "");
    await expect(start({ stateDir })).rejects.toThrow("holds something that isn't a database");
  });

  test("that can't be made at all", async () => {
    await writeFile(dir.join("blocked"), "");
    await expect(start({ stateDir: dir.join("blocked/state") })).rejects.toThrow(
      /^The state folder .* can't be used: .* Set state_dir/,
    );
  });
});

test("programs that can't be executed are named", async () => {
  const programs = programsIn(dir.join("no-programs"), "0");
  await expect(start({ stateDir: dir.join("unused"), programs })).rejects.toThrow(
    /no-programs.*can't be executed.*Set DATABASE_URL/,
  );
  expect(await readFile(join(dir.join("unused"), "database-address.json"), "utf8").catch(() => null)).toBeNull();
});
