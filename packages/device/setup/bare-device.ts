import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { run } from "../system/run.ts";
import type { RunOptions, RunResult } from "../system/types.ts";
import { answer, FakeSystemd, isThere } from "./fake-systemd.ts";
import { type Report, removeAll, setUp } from "./set-up.ts";
import type { Ground } from "./types.ts";

/** Of the user that the made-up useradd makes: nobody's on the machine that tests run on. */
export const PAWLS_ID = 59_321;

const FOLDERS = [
  ...["etc/systemd/system", "etc/polkit-1/rules.d", "etc/sudoers.d", "run/systemd/system", "root", "opt"],
  ...["usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "usr/lib/polkit-1", "var/lib"],
];

const PROGRAMS = ["useradd", "userdel", "groupdel", "nologin", "visudo", "sudo"];

export const CONFIG = `apps:
  kitchen:
    source: { directory: { path: /media/usb } }
    install: { bundle: { home: /opt/kitchen } }
    services: [kitchen-api]
`;

/** A device before anybody has set it up, as a folder: the files are real, and so are owners and modes. */
export class BareDevice implements AsyncDisposable {
  readonly systemd: FakeSystemd;
  readonly ground: Ground;
  /** What `sync` was asked for. */
  readonly synced: string[] = [];
  readonly #dir: TempDir;

  private constructor(dir: TempDir) {
    this.#dir = dir;
    this.systemd = new FakeSystemd(dir.path);
    const self = dir.join("root", "pawl-device.mjs");
    this.ground = { root: dir.path, uid: 0, self, run: (argv, options) => this.#run(argv, options) };
  }

  static async create(): Promise<BareDevice> {
    const dir = await TempDir.create();
    // Others may look into it, as they may into `/`.
    await chmod(dir.path, 0o755);
    for (const folder of FOLDERS) await mkdir(dir.join(folder), { recursive: true });
    const device = new BareDevice(dir);
    await device.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\npi:x:1000:1000::/home/pi:/bin/bash\n");
    await device.write("/etc/group", "root:x:0:\nstaff:x:50:\npi:x:1000:\n");
    for (const name of PROGRAMS) await device.write(`/usr/sbin/${name}`, "#!/bin/sh\n", 0o755);
    await device.write("/usr/lib/polkit-1/polkitd", "#!/bin/sh\n", 0o755);
    await device.hasNode("v20.1.0");
    await device.hasProgram("1");
    return device;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir[Symbol.asyncDispose]();
  }

  path(path: string): string {
    return join(this.#dir.path, path);
  }

  async write(path: string, text: string, mode = 0o644): Promise<void> {
    await writeFile(this.path(path), text);
    await chmod(this.path(path), mode);
  }

  read(path: string): Promise<string> {
    return readFile(this.path(path), "utf8");
  }

  isThere(path: string): Promise<boolean> {
    return isThere(this.path(path));
  }

  hasNode(version: string, mode = 0o755): Promise<void> {
    return this.write("/usr/bin/node", `#!/bin/sh\necho ${version}\n`, mode);
  }

  /** The file that was copied to it. */
  hasProgram(edition: string): Promise<void> {
    return this.write("/root/pawl-device.mjs", `#!/usr/bin/env node\n"${edition}";\n/*PAWL */\n`, 0o755);
  }

  async hasConfig(text: string): Promise<void> {
    await mkdir(this.path("/etc/pawl"), { recursive: true });
    await this.write("/etc/pawl/pawl.yaml", text);
  }

  withoutSystemd(): Promise<void> {
    return rm(this.path("/run/systemd"), { recursive: true });
  }

  setUp(options: { dryRun?: boolean; helperOnly?: boolean } = {}): Promise<Told> {
    return told((onStep) => setUp(this.ground, { dryRun: false, signal: never, ...options, onStep }));
  }

  remove(options: { dryRun?: boolean; helperOnly?: boolean } = {}): Promise<Told> {
    return told((onStep) => removeAll(this.ground, { dryRun: false, signal: never, ...options, onStep }));
  }

  /** Owner, mode and time of everything there is, and what is in it. */
  async everything(): Promise<Record<string, string>> {
    const all: Record<string, string> = {};
    for (const name of (await readdir(this.#dir.path, { recursive: true })) as string[]) {
      const path = join(this.#dir.path, name);
      const there = await lstat(path);
      const content = there.isFile()
        ? await readFile(path, "base64")
        : there.isSymbolicLink()
          ? await readlink(path)
          : "";
      all[name] = [there.uid, there.gid, there.mode.toString(8), there.ino, there.mtimeMs, content].join(" ");
    }
    return all;
  }

  /** `pawl:pawl 755`; links have no mode to speak of. */
  async ownerOf(path: string): Promise<string> {
    const there = await lstat(this.path(path));
    const name = (id: number) => (id === PAWLS_ID ? "pawl" : id === 0 ? "root" : String(id));
    const mode = there.isSymbolicLink() ? "link" : (there.mode & 0o7777).toString(8);
    return `${name(there.uid)}:${name(there.gid)} ${mode}`;
  }

  async #run([program = "", ...args]: readonly string[], options: RunOptions): Promise<RunResult> {
    if (program === "sync") {
      this.synced.push(args.join(" "));
      return answer("");
    }
    if (program === "systemctl") return this.systemd.call(args);
    if (program === "useradd") return this.#useradd(args);
    if (program === "userdel") return this.#userdel();
    // It has a node of its own, and sudo's own opinion counts where there is one.
    const result = await run([program, ...args], options);
    return program === "visudo" && result.code === 127 ? answer("") : result;
  }

  async #useradd(args: readonly string[]): Promise<RunResult> {
    const option = (name: string) => args[args.indexOf(name) + 1] ?? "";
    const [home, shell, comment] = [option("--home-dir"), option("--shell"), option("--comment")];
    const passwd = await this.read("/etc/passwd");
    await this.write("/etc/passwd", `${passwd}pawl:x:${PAWLS_ID}:${PAWLS_ID}:${comment}:${home}:${shell}\n`);
    await this.write("/etc/group", `${await this.read("/etc/group")}pawl:x:${PAWLS_ID}:\n`);
    return answer("");
  }

  async #userdel(): Promise<RunResult> {
    for (const path of ["/etc/passwd", "/etc/group"]) {
      await this.write(path, (await this.read(path)).replace(/^pawl:.*\n/m, ""));
    }
    return answer("");
  }
}

const never = new AbortController().signal;

export interface Told extends Report {
  said: string[];
  texts: string[];
}

async function told(
  work: (onStep: (step: { words: string; text: string | null }) => void) => Promise<Report>,
): Promise<Told> {
  const said: string[] = [];
  const texts: string[] = [];
  const report = await work(({ words, text }) => {
    said.push(words);
    if (text !== null) texts.push(text);
  });
  return { ...report, said, texts };
}

/** What a refusal says. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "nothing was refused",
    (error) => [error.code, error.message, error.fields?.detail ?? ""].join(" ").trim(),
  );
}
