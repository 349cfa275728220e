import { writeFileSync } from "node:fs";
import { FakeForge, freePort, TempDir } from "@pawl/testkit";
import { layEnvironment } from "../bad-input/laid-environment.ts";
import { type Daemon, startDaemon } from "../daemon.ts";
import { RepeaterPage } from "./page.ts";
import { authLines, pageToken, SECRET } from "./token.ts";

export const INSTALLED = "1.0.5";

const PYPROJECT = '[project]\nname = "pymc_repeater"\ndynamic = ["version"]\n\n[tool.setuptools_scm]\n';

/**
 * A device without git that follows a repository on GitHub, of which 1.0.5 is in an environment: `main` is 120 commits
 * further, and `dev` 20 more. Nothing can be installed here: it is about what the calls answer.
 */
export class GithubDevice implements AsyncDisposable {
  readonly forge: FakeForge;
  readonly channelFile: string;
  readonly daemon: Daemon;
  readonly #dir: TempDir;

  private constructor(dir: TempDir, forge: FakeForge, channelFile: string, daemon: Daemon) {
    this.#dir = dir;
    this.forge = forge;
    this.channelFile = channelFile;
    this.daemon = daemon;
  }

  static async create(): Promise<GithubDevice> {
    const dir = await TempDir.create("pawl-repeater-");
    const forge = await FakeForge.start({ kind: "github" });
    const first = forge.git.commit({ files: { "pyproject.toml": PYPROJECT }, message: "Release 1.0.5" });
    forge.git.tag(INSTALLED);
    forge.git.commits(119);
    forge.git.commit({ message: "feat: sensors\n\nPlugins.", author: "Ann" });
    forge.git.branch("dev");
    forge.git.commits(20, "dev");
    const channelFile = dir.join(".update_channel");
    const distribution = { name: "pymc_repeater", version: INSTALLED, commit: first };
    const python = layEnvironment(dir.join("environment"), distribution);
    writeFileSync(dir.join("jwt.key"), SECRET, { mode: 0o600 });
    const appliance = { apiPort: await freePort(), configPath: dir.join("pawl.yaml") };
    writeFileSync(
      appliance.configPath,
      `listen: 127.0.0.1:${appliance.apiPort}
state_dir: ${dir.join("state")}
${authLines(dir.join("jwt.key"))}apps:
  repeater:
    title: Repeater
    source: { github: { url: "${forge.url}", repo: me/pi-kit, follow: branches } }
    channel_file: ${channelFile}
    install: { pip: { distribution: pymc_repeater, mode: in-place, python: ${python} } }
`,
    );
    return new GithubDevice(dir, forge, channelFile, await startDaemon(appliance));
  }

  page(): RepeaterPage {
    return new RepeaterPage(this.daemon.url, pageToken());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.forge[Symbol.asyncDispose]();
    await this.#dir[Symbol.asyncDispose]();
  }
}
