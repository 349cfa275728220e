import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { FakeForge, freePort, PawlCommand, TempDir } from "@pawl/testkit";
import { DEVICE_FILE } from "../nodes.ts";

const SYSTEMCTL = fileURLToPath(new URL("./systemctl.sh", import.meta.url));

/** What the box came with, before anybody thought of updates. */
const AS_IT_CAME = {
  "var/www/pikit-web/index.html": "page 1.0.0\n",
  "var/www/pikit-web/old.css": "of 1.0.0\n",
  "var/www/pikit-web/config.json": '{"edited": "by the owner"}\n',
  "usr/local/bin/pikit-api.py": "# api 1.0.0\n",
  "etc/pikit/version": "1.0.0\n",
  "etc/nginx/sites-available/pikit": "server {}\n",
};

/** A release as the plan has it: a tarball with its manifest inside. */
export interface PiKitRelease {
  /** Path → content; default: the web page, the API and a settings file. */
  files?: Record<string, string>;
  /** Further fields of the manifest, or other values of its fields. */
  manifest?: Record<string, unknown>;
  /** Put the manifest beside the bundle, too. */
  beside?: boolean;
  tag?: string;
  prerelease?: boolean;
}

/** A Pi with the Pi-Kit dashboard, set up for Pawl with the plan's own paths and unit names below a folder of its own. */
export class PiKitBox implements AsyncDisposable {
  readonly forge: FakeForge;
  readonly pawl: PawlCommand;
  readonly configPath: string;
  readonly apiPort: number;
  readonly #dir: TempDir;

  private constructor(dir: TempDir, forge: FakeForge, port: number) {
    this.#dir = dir;
    this.forge = forge;
    this.apiPort = port;
    this.configPath = this.path("etc/pawl/pawl.yaml");
    this.pawl = new PawlCommand([process.execPath, DEVICE_FILE], this.configPath, this.env);
  }

  static async create(): Promise<PiKitBox> {
    const dir = await TempDir.create();
    const forge = await FakeForge.start({ kind: "gitea", repo: "44r0n7/pi-kit" });
    const box = new PiKitBox(dir, forge, await freePort());
    for (const [path, text] of Object.entries(AS_IT_CAME)) await box.write(path, text);
    for (const unit of ["dietpi-dashboard-frontend", "nginx"]) await box.write(`units/${unit}`, "1\n");
    await mkdir(box.path("bin"));
    await copyFile(SYSTEMCTL, box.path("bin/systemctl"));
    await box.write("etc/pawl/pawl.yaml", box.#config());
    return box;
  }

  /** Further variables of everything that is started from now on. */
  readonly variables: Record<string, string> = {};

  /** With the box's own systemctl. */
  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      ...this.variables,
      PIKIT: this.#dir.path,
      PATH: `${this.path("bin")}:${process.env.PATH}`,
    };
  }

  path(path: string): string {
    return this.#dir.join(path);
  }

  read(path: string): Promise<string> {
    return readFile(this.path(path), "utf8");
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), text);
  }

  /** What was asked of systemctl, without its questions. */
  async restarts(): Promise<string[]> {
    const log = await this.read("systemctl.log").catch(() => "");
    return log.split("\n").filter((line) => /^(restart|reload|start|stop) /.test(line));
  }

  /** Makes a release and puts it on the forge, as its publisher would by hand: tar, a manifest, an upload. */
  async publish(version: string, release: PiKitRelease = {}): Promise<void> {
    const { files = contentOf(version), beside = false, tag = `v${version}`, prerelease = false } = release;
    const content = this.path(`content/${version}`);
    for (const [path, text] of Object.entries(files)) await this.write(`content/${version}/${path}`, text);
    const listed = listOf(files);
    const changelog = `${this.forge.url}/44r0n7/pi-kit/releases/tag/${tag}`;
    const manifest = `${JSON.stringify({ version, changelog, files: listed, ...release.manifest }, null, 2)}\n`;
    await this.write(`content/${version}/manifest.json`, manifest);
    const bundle = this.path(`pikit-${version}.tar.gz`);
    const tar = spawnSync("tar", ["-czf", bundle, "-C", content, "."], { encoding: "utf8" });
    if (tar.status !== 0) throw new Error(tar.stderr);
    const assets: Record<string, Buffer> = { [`pikit-${version}.tar.gz`]: await readFile(bundle) };
    if (beside) assets["manifest.json"] = Buffer.from(manifest);
    await this.forge.publish({ tag, name: `Pi-Kit ${version}`, body: `What is new in ${version}`, assets, prerelease });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forge[Symbol.asyncDispose]();
    await this.#dir[Symbol.asyncDispose]();
  }

  #config(): string {
    return `listen: 127.0.0.1:${this.apiPort}
state_dir: ${this.path("var/lib/pikit-update")}
apps:
  pikit:
    title: Pi-Kit
    source: { gitea: { url: "${this.forge.url}", repo: 44r0n7/pi-kit } }
    install:
      bundle:
        layout: copy
        map: { "pikit-web/": ${this.path("var/www/pikit-web/")}, "pikit-api.py": ${this.path("usr/local/bin/pikit-api.py")} }
        config: ["pikit-web/config.json"]
        backup_dir: ${this.path("var/backups/pikit")}
    services: [dietpi-dashboard-frontend, { unit: pikit-api, optional: true }, { reload: nginx, optional: true }]
    health: [{ systemd: dietpi-dashboard-frontend, within: 2s, steady: 200ms }]
    version_file: ${this.path("etc/pikit/version")}
`;
  }
}

export function contentOf(version: string): Record<string, string> {
  return {
    "pikit-web/index.html": `page ${version}\n`,
    "pikit-web/config.json": `{"shipped": "with ${version}"}\n`,
    "pikit-api.py": `# api ${version}\n`,
  };
}

/** What a manifest says of files. */
export function listOf(files: Record<string, string>): { path: string; sha256: string }[] {
  return Object.entries(files).map(([path, text]) => ({ path, sha256: sha256(text) }));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
