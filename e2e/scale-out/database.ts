import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Program } from "./launched.ts";

const exec = promisify(execFile);
const USER = "pawl";
const DATABASE = "pawl";
/** Processes are killed here, machines aren't: what was handed to the kernel is there afterwards. Its disk may be a small one. */
const SETTINGS = ["fsync=off", "max_wal_size=96MB"];

/** A PostgreSQL of Debian's, with a cluster of its own. */
export interface DatabaseProgram {
  program: Program;
  /** With the password in it. */
  url: string;
  /** Makes our database, empty. Once, when the program is ready. */
  createDatabase(): Promise<void>;
}

/**
 * Makes a cluster in a folder that doesn't exist yet; as Debian's user for that when this is root, since PostgreSQL doesn't run as root.
 * @param folder whose parents everybody may enter
 */
export async function makeDatabase(folder: string, port: number): Promise<DatabaseProgram> {
  const programs = debiansPrograms();
  if (programs === null) throw new Error("There is no PostgreSQL of Debian's here (apt-get install postgresql).");
  const user = process.getuid?.() === 0 ? await accountOf("postgres") : undefined;
  const password = randomBytes(16).toString("hex");
  const passwordFile = `${folder}.password`;
  await mkdir(folder, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid);
  const options = ["--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--encoding=UTF8", "--locale=C", "--no-sync"];
  await exec(join(programs, "initdb"), ["-D", folder, "-U", USER, ...options], { cwd: "/", timeout: 60_000, ...user });
  await rm(passwordFile);
  return {
    program: {
      name: "database",
      command: join(programs, "postgres"),
      args: [
        ...["-D", folder, "-p", String(port), "-h", "127.0.0.1", "-k", ""],
        ...SETTINGS.flatMap((one) => ["-c", one]),
      ],
      user,
      isReady: (line) => line.includes("database system is ready to accept connections"),
      // Doesn't wait for clients to go.
      endSignal: "SIGINT",
    },
    url: `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`,
    async createDatabase() {
      const where = ["-h", "127.0.0.1", "-p", String(port), "-U", USER];
      const env = { ...process.env, PGPASSWORD: password };
      await exec(join(programs, "createdb"), [...where, DATABASE], { env, timeout: 30_000 });
    },
  };
}

/** `/usr/lib/postgresql/15/bin`, the newest there is; null where there is none. */
export function debiansPrograms(): string | null {
  const all = "/usr/lib/postgresql";
  if (!existsSync(all)) return null;
  const versions = readdirSync(all).filter((name) => existsSync(join(all, name, "bin/initdb")));
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1);
  return newest === undefined ? null : join(all, newest, "bin");
}

async function accountOf(name: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (of) => Number((await exec("id", [of, name])).stdout)));
  if (!uid || !gid) throw new Error(`the user ${name} is none that a database may run as`);
  return { uid, gid };
}
