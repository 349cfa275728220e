import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BootedMachine, GitRepository, type Kettle, pythonProject, type ServiceFaults, TempDir } from "@pawl/testkit";
import { build } from "esbuild";
import { DEVICE_FILE } from "../../nodes.ts";
import { COPIED, dropIns, OwnersMachine, SOCKET } from "../owners-machine.ts";

export type Mode = "venv" | "in-place";

/** What a project's code may do: nothing of it as root. */
export type Work = "build" | "import";

/** A commit of the kettle, whose project says as whom it ran. */
export interface Commit extends ServiceFaults {
  message: string;
  /** Where the project's code stands still until `letGo`: while it is built, or where it is imported. */
  heldIn?: Work;
  tag?: string;
}

export const HOME = "/opt/kettle";
/** Stands for the one that an earlier updater has installed into. */
export const ENVIRONMENT = "/srv/environment";
/** Everybody may write here: as whom the project's code has run, in the names of files. */
const SEEN = "/srv/seen";
const HELD = `${SEEN}/held`;
const HOLD = `${SEEN}/hold`;
const REPOSITORIES = "/srv/git";
const GIT_PORT = 8090;
const REMOTE = `http://127.0.0.1:${GIT_PORT}/kettle.git`;
const GIT_HOST = "/srv/git-host.mjs";

/** A Python service on a machine of its own, which follows a branch of a repository that the machine serves itself. */
export class KettleMachine extends OwnersMachine {
  readonly #dir: TempDir;
  readonly #repository: GitRepository;

  private constructor(machine: BootedMachine, dir: TempDir, repository: GitRepository) {
    super(machine, "kettle");
    this.#dir = dir;
    this.#repository = repository;
  }

  /** Boots it with the one file copied, pawl.yaml written and a commit on `main`, tagged 1.0.0; nothing is set up. */
  static async create(mode: Mode): Promise<KettleMachine> {
    const start = mode === "venv" ? `${HOME}/current/bin/kettle` : `${ENVIRONMENT}/bin/python -I -m kettle`;
    const machine = await BootedMachine.boot({
      files: {
        ...dropIns(),
        "/etc/systemd/system/kettle.service": { text: kettleUnit(start) },
        "/etc/systemd/system/git-host.service": { text: gitUnit() },
        "/etc/pawl/pawl.yaml": { text: pawlYaml(mode) },
      },
    });
    const dir = await TempDir.create("pawl-kettle-");
    const device = new KettleMachine(machine, dir, await GitRepository.create(dir.join("kettle.git")));
    try {
      await machine.copyIn(DEVICE_FILE, COPIED, 0o755);
      await machine.succeed(["sh", "-euc", `mkdir ${REPOSITORIES}; mkdir -m 1777 ${SEEN}`]);
      await machine.write(GIT_HOST, await gitHost());
      await device.push({ message: "The first kettle", tag: "v1.0.0" });
      if (mode === "in-place") await machine.succeed(["/usr/bin/python3", ...MAKE_ENVIRONMENT]);
      await machine.succeed(["systemctl", "enable", "kettle.service"]);
      await machine.succeed(["systemctl", "enable", "--now", "git-host.service"]);
      const answers = async () => (await machine.run(["git", "ls-remote", REMOTE])).code === 0;
      await machine.waitFor("the repository", answers, 30_000);
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
    return device;
  }

  /** Commits a version of the kettle to `main`; its id. */
  async push(commit: Commit): Promise<string> {
    const { message, heldIn, tag, ...faults } = commit;
    if (heldIn) await this.machine.write(HOLD, "");
    const project = pythonProject({ note: message, ...faults });
    const files = {
      ...project,
      "setup.py": `${tellTale("build", heldIn)}from setuptools import setup\nsetup()\n`,
      "kettle/__init__.py": `${project["kettle/__init__.py"]}\n${tellTale("import", heldIn)}`,
    };
    const id = await this.#repository.commit("main", { files, message });
    if (tag !== undefined) await this.#repository.tag(tag, id);
    const options = { encoding: "buffer", maxBuffer: 64 * 1024 * 1024 } as const;
    const { stdout } = await promisify(execFile)("tar", ["-C", this.#dir.path, "-c", "kettle.git"], options);
    await this.machine.succeed(["tar", "-C", REPOSITORIES, "-x", "--no-same-owner"], { input: stdout });
    return id;
  }

  /** Until the code of a commit stands still. */
  async untilHeld(): Promise<void> {
    await this.machine.waitFor("the project's code", () => this.machine.exists(HELD), 60_000);
  }

  /** Lets it go on; also while the machine is off. */
  async letGo(): Promise<void> {
    await this.machine.succeed(["rm", "-f", HOLD, HELD]);
  }

  /** Waits until nothing is under way; how the newest update ended. */
  async untilEnd(): Promise<Record<string, unknown>> {
    const isOver = async () => this.applying() === "idle" && (await this.status()).state !== "installing";
    await this.machine.waitFor("the update's end", isOver, 60_000);
    return this.lastUpdate();
  }

  /** What the running service says it is; null when it doesn't answer. */
  async running(): Promise<Kettle | null> {
    const { code, stdout } = await this.machine.run(["/usr/bin/python3", "-I", "-c", ASK]);
    return code === 0 ? JSON.parse(stdout) : null;
  }

  /** The names of those as whom the project's code has run. */
  async ranAs(work: Work): Promise<string[]> {
    const list = `cd ${SEEN} && for each in ${work}-*; do id -un "\${each#*-}"; done`;
    const names = await this.machine.succeed(["sh", "-c", list]);
    return names.split("\n").filter(Boolean).sort();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#dir[Symbol.asyncDispose]();
  }
}

/** It sees what the system has to build with, pip among it. */
const MAKE_ENVIRONMENT = ["-I", "-m", "venv", "--system-site-packages", "--without-pip", ENVIRONMENT];

const ASK =
  "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8080/version', timeout=2).read().decode())";

/** Python that leaves a file named by who runs it, and waits where it is held: for a minute at most. */
function tellTale(work: Work, heldIn: Work | undefined): string {
  const tell = `import os, time\nopen("${SEEN}/${work}-%d" % os.geteuid(), "a").close()\n`;
  if (work !== heldIn) return tell;
  return `${tell}for _ in range(600):
    if not os.path.exists("${HOLD}"):
        break
    open("${HELD}", "a").close()
    time.sleep(0.1)
`;
}

/** One file, because a machine doesn't see every checkout. */
async function gitHost(): Promise<string> {
  const entry = fileURLToPath(new URL("./git-host.ts", import.meta.url));
  const result = await build({ entryPoints: [entry], bundle: true, write: false, platform: "node", format: "esm" });
  return result.outputFiles[0]?.text ?? "";
}

/** As docs/branches.md says. */
function kettleUnit(start: string): string {
  return `[Unit]
Description=Kettle
[Service]
User=daemon
Environment=KETTLE_PORT=8080
ExecStart=${start}
[Install]
WantedBy=multi-user.target
`;
}

function gitUnit(): string {
  return `[Unit]
Description=The repository of the kettle
[Service]
ExecStart=/usr/local/bin/node ${GIT_HOST} ${REPOSITORIES} ${GIT_PORT}
[Install]
WantedBy=multi-user.target
`;
}

function pawlYaml(mode: Mode): string {
  const where = mode === "venv" ? `home: ${HOME}` : `mode: in-place\n        python: ${ENVIRONMENT}/bin/python`;
  return `listen: unix:${SOCKET}
state_dir: /var/lib/pawl
idle_exit: 2s
apps:
  kettle:
    title: Kettle
    source: { git: { url: "${REMOTE}" } }
    channel: main
    install:
      pip:
        distribution: kettle
        ${where}
        no_index: true
        build_isolation: false
    services: [kettle]
    health: [{ http: "http://127.0.0.1:8080/version", version_at: version, within: 20s, steady: 500ms }]
`;
}
