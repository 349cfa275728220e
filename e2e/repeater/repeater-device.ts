import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { PythonAppliance, TempDir } from "@pawl/testkit";
import { type Daemon, startDaemon } from "../daemon.ts";
import { DEVICE_FILE } from "../nodes.ts";
import { RepeaterPage } from "./page.ts";
import { authLines, pageToken, SECRET } from "./token.ts";

/** More than one page of GitHub's has (fault B2). */
export const AHEAD = 120;

/**
 * A device as the earlier updater left it: its command line has installed 1.0.0, the head of `main`, into an environment;
 * its file says that `dev` is followed, which is 120 commits ahead; and now Pawl runs in its place.
 */
export class RepeaterDevice implements AsyncDisposable {
  readonly appliance: PythonAppliance;
  readonly channelFile: string;
  daemon: Daemon;
  readonly #dir: TempDir;

  private constructor(dir: TempDir, appliance: PythonAppliance, channelFile: string, daemon: Daemon) {
    this.#dir = dir;
    this.appliance = appliance;
    this.channelFile = channelFile;
    this.daemon = daemon;
  }

  static async create(): Promise<RepeaterDevice> {
    const dir = await TempDir.create("pawl-repeater-");
    const channelFile = dir.join(".update_channel");
    const appliance = await PythonAppliance.create({
      dir: dir.path,
      pawl: [process.execPath, DEVICE_FILE],
      mode: "in-place",
      steady: "300ms",
      extra: `    channel_file: ${channelFile}\n`,
    });
    const commits = Array.from({ length: AHEAD - 1 }, (_, n) => ({ message: `fix: leak ${n + 1}` }));
    await appliance.repository.commits("dev", commits);
    await appliance.push("dev", { message: "feat: whistle\n\nAt 100 °C." });
    await installAsEarlier(appliance, "main");
    writeFileSync(channelFile, "dev");
    await startService(appliance);
    writeFileSync(dir.join("jwt.key"), SECRET, { mode: 0o600 });
    await appliance.changeConfig((text) => authLines(dir.join("jwt.key")) + text);
    return new RepeaterDevice(dir, appliance, channelFile, await startDaemon(appliance));
  }

  /** The page, opened anew. */
  page(): RepeaterPage {
    return new RepeaterPage(this.daemon.url, pageToken());
  }

  async restartDaemon(signal: NodeJS.Signals): Promise<void> {
    await this.daemon.kill(signal);
    this.daemon = await startDaemon(this.appliance);
  }

  /** What the environment says of where the kettle in it came from (PEP 610). */
  directUrl(): unknown {
    const lib = join(this.appliance.home, "lib");
    const [python = ""] = readdirSync(lib);
    const packages = join(lib, python, "site-packages");
    const [info, ...more] = readdirSync(packages).filter((name) => /^kettle-.*\.dist-info$/.test(name));
    if (info === undefined || more.length > 0) throw new Error(`not one kettle, but ${[info, ...more].join(", ")}`);
    return JSON.parse(readFileSync(join(packages, info, "direct_url.json"), "utf8"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.appliance[Symbol.asyncDispose]();
    await this.#dir[Symbol.asyncDispose]();
  }
}

/** Its command line, word by word, but for what keeps pip off the network. The repository is served by this process. */
async function installAsEarlier({ home, server }: PythonAppliance, branch: string): Promise<void> {
  const offline = ["--no-index", "--no-build-isolation"];
  const flags = ["--break-system-packages", "--no-cache-dir", "--force-reinstall", ...offline];
  const what = `kettle[hardware] @ git+${server.url}/kettle.git@${branch}`;
  await promisify(execFile)(join(home, "bin", "python"), ["-m", "pip", "install", ...flags, what], {
    env: {
      ...process.env,
      PIP_ROOT_USER_ACTION: "ignore",
      PIP_CONFIG_FILE: "/dev/null",
      SETUPTOOLS_SCM_PRETEND_VERSION: "1.0.0",
    },
  });
}

/** By the command that pawl.yaml has for it. */
async function startService({ appLines }: PythonAppliance): Promise<void> {
  const start = /start: (\[.*?\]), stop:/.exec(appLines)?.[1] ?? "[]";
  const [program = "", ...args] = JSON.parse(start) as string[];
  await promisify(execFile)(program, args);
}
