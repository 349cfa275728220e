import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FaultyStore, freePort, TempDir } from "@pawl/testkit";
import { Clock } from "./clock.ts";
import { makeDatabase } from "./database.ts";
import { Disk } from "./disk.ts";
import { Front } from "./front.ts";
import { Launched, type Program } from "./launched.ts";
import { type Places, serverSettings, workerSettings } from "./settings.ts";
import { storeProgram } from "./store.ts";

const MAIN = fileURLToPath(new URL("../../packages/server/main.ts", import.meta.url));
const MIRROR = fileURLToPath(new URL("mirror.ts", import.meta.url));

export interface ScaleOutOptions {
  /** Default 2. */
  servers?: number;
  /** Two on each machine. Default 4. */
  workers?: number;
  /** Of the front. Default: any. */
  port?: number;
  /** Over the settings of servers and workers, as in pawl-server.yaml. */
  settings?: Readonly<Record<string, unknown>>;
  /** The database has a disk of its own, where this is root, and servers and workers a clock, where Debian's `libfaketime` is there. */
  fragile?: boolean;
  /** Puts into a folder what the mirror is to have besides the miniature. */
  publish?(folder: string): Promise<void>;
  /** Ends the start. */
  signal?: AbortSignal;
}

/** In bytes: some times what such a set-up writes in an hour. */
const DATABASE_DISK = 512 * 1024 * 1024;

export type Kind = "database" | "store" | "mirror" | "server" | "worker";

/**
 * Two servers and four workers on one PostgreSQL and one object store, each a process of its own that is started again when it ends; in
 * front of the servers a proxy. What they are is said by their configuration files alone.
 */
export class ScaleOut implements AsyncDisposable {
  /** Where clients ask; without a slash at the end. */
  readonly url: string;
  readonly front: Front;
  readonly folder: string;
  readonly mirrorUrl: string;
  readonly databaseUrl: string;
  /** Between everybody and the object store. */
  readonly store: FaultyStore;
  /** The database's; null when it has none of its own. */
  readonly disk: Disk | null;
  /** Of servers and workers, by name; empty where there are none but the machine's. */
  readonly clocks: ReadonlyMap<string, Clock>;
  readonly #processes: ReadonlyMap<Kind, readonly Launched[]>;
  readonly #taken: AsyncDisposableStack;

  private constructor(
    places: Places,
    parts: {
      front: Front;
      store: FaultyStore;
      disk: Disk | null;
      clocks: ReadonlyMap<string, Clock>;
      processes: Map<Kind, Launched[]>;
    },
    taken: AsyncDisposableStack,
  ) {
    this.url = parts.front.url;
    this.front = parts.front;
    this.folder = places.folder;
    this.mirrorUrl = places.mirrorUrl;
    this.databaseUrl = places.databaseUrl;
    this.store = parts.store;
    this.disk = parts.disk;
    this.clocks = parts.clocks;
    this.#processes = parts.processes;
    this.#taken = taken;
  }

  /** Resolves once every process says that it is ready. All servers start at once, on a database that has no table. */
  static async start(options: ScaleOutOptions = {}): Promise<ScaleOut> {
    const { servers = 2, workers = 4, signal } = options;
    await using taken = new AsyncDisposableStack();
    const dir = taken.use(await TempDir.create("pawl-scale-"));
    // Others than root run some of it.
    await chmod(dir.path, 0o755);
    const ports = await freePorts(3 + servers);
    const [databasePort = 0, mirrorPort = 0, storePort = 0, ...serverPorts] = ports;
    await mkdir(dir.join("database"));
    const isOwnDisk = options.fragile === true && process.getuid?.() === 0;
    const disk = isOwnDisk ? taken.use(await Disk.mount(dir.join("database"), DATABASE_DISK)) : null;
    const database = await makeDatabase(dir.join("database", "cluster"), databasePort);
    const front = taken.use(await Front.start(serverPorts, options.port));
    const store = taken.use(await FaultyStore.start({ target: `http://127.0.0.1:${storePort}` }));
    const places: Places = {
      folder: dir.path,
      databaseUrl: database.url,
      mirrorUrl: `http://127.0.0.1:${mirrorPort}`,
      storeUrl: store.url,
      publicUrl: front.url,
    };
    const over = dir.join("published");
    await mkdir(over);
    await options.publish?.(over);
    signal?.throwIfAborted();

    await mkdir(dir.join("logs"));
    const launch = (program: Program) => taken.use(new Launched(program, dir.join("logs", `${program.name}.log`)));
    const processes = new Map<Kind, Launched[]>();
    const started = async (kind: Kind, programs: readonly Program[]) => {
      const all = programs.map(launch);
      processes.set(kind, all);
      await Promise.race([Promise.all(all.map((one) => one.ready())), aborted(signal)]);
    };
    const needed: [Kind, Program][] = [
      ["database", database.program],
      ["mirror", mirrorProgram(mirrorPort, over)],
      ["store", storeProgram(storePort, dir.join("objects"))],
    ];
    await Promise.all(needed.map(([kind, program]) => started(kind, [program])));
    await database.createDatabase();
    const clocks = new Map<string, Clock>();
    const program = async (name: string, command: "serve" | "worker", settings: object) => {
      const clock = options.fragile ? await Clock.start(dir.join(`${name}.clock`)) : null;
      if (clock) clocks.set(name, clock);
      return pawlProgram(places, name, command, settings, clock?.env);
    };
    const serverPrograms = serverPorts.map((port, n) => {
      const name = `server-${n + 1}`;
      return program(name, "serve", serverSettings(places, name, port, options.settings));
    });
    const workerPrograms = Array.from({ length: workers }, (_, n) => {
      const name = `worker-${n + 1}`;
      const machine = `machine-${Math.floor(n / 2) + 1}`;
      return program(name, "worker", workerSettings(places, name, machine, options.settings));
    });
    await started("server", await Promise.all(serverPrograms));
    await started("worker", await Promise.all(workerPrograms));
    return new ScaleOut(places, { front, store, disk, clocks, processes }, taken.move());
  }

  of(kind: Kind): readonly Launched[] {
    return this.#processes.get(kind) ?? [];
  }

  get all(): readonly Launched[] {
    return [...this.#processes.values()].flat();
  }

  /** State folders in which workers build. */
  get machines(): readonly string[] {
    const count = Math.ceil(this.of("worker").length / 2);
    return Array.from({ length: count }, (_, n) => join(this.folder, `machine-${n + 1}`));
  }

  /** Until every process is. */
  async ready(): Promise<void> {
    await Promise.all(this.all.map((one) => one.ready()));
  }

  /** Those that need others end first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.of("worker"), ...this.of("server")].map((one) => one[Symbol.asyncDispose]()));
    await this.#taken.disposeAsync();
  }
}

async function pawlProgram(
  { folder }: Places,
  name: string,
  command: "serve" | "worker",
  settings: object,
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const file = join(folder, `${name}.yaml`);
  // JSON is YAML, too.
  await writeFile(file, JSON.stringify(settings, undefined, 2), { mode: 0o600 });
  const says = command === "serve" ? "listening" : "ready";
  return {
    name,
    command: process.execPath,
    args: [MAIN, command, "--config", file],
    // Most of a start is reading the program: half of it, when another one has ended in order before.
    env: { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(folder, "compiled"), ...env },
    isReady: (line) => messageOf(line) === says,
  };
}

function mirrorProgram(port: number, over: string): Program {
  return {
    name: "mirror",
    command: process.execPath,
    args: [MIRROR, "--port", String(port), "--over", over],
    isReady: (line) => line.startsWith("listening"),
  };
}

/** Of a line of the log; null where it is none. */
export function messageOf(line: string): unknown {
  if (!line.startsWith("{")) return null;
  try {
    return (JSON.parse(line) as { msg?: unknown }).msg ?? null;
  } catch {
    return null;
  }
}

/** All different: they are held at the same time. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
