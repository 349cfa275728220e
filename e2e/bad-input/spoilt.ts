import { createHash } from "node:crypto";
import { cpSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Appliance, type Finished, PawlCommand, TempDir } from "@pawl/testkit";
import { sign } from "@pawl/trust";
import { expect } from "vitest";
import { DEVICE_FILE } from "../nodes.ts";

/** What a refusal has to look like, to people and to programs. */
export interface Refusal {
  /** The sentence: on stderr, or, of an update that had begun, as its last line. */
  says: string | RegExp;
  exit: number;
  code: string;
}

/** What a program prints, or a publisher wrote: not looked at yet. */
// biome-ignore lint/suspicious/noExplicitAny: every field of it is what a test is about
export type Json = Record<string, any>;

/**
 * A device that has 1.0.0, and a host that offers 1.1.0, all of it real. A test spoils something, sees that it is
 * refused with nothing changed, and calls `mend`.
 */
export class SpoiltDevice implements AsyncDisposable {
  readonly dir: TempDir;
  readonly appliance: Appliance;

  private constructor(dir: TempDir, appliance: Appliance) {
    this.dir = dir;
    this.appliance = appliance;
  }

  static async create(): Promise<SpoiltDevice> {
    const dir = await TempDir.create();
    const pawl = [process.execPath, DEVICE_FILE] as const;
    const appliance = await Appliance.create({ dir: dir.path, pawl, steady: "300ms" });
    const device = new SpoiltDevice(dir, appliance);
    await appliance.publish("1.0.0");
    expect(await appliance.pawl.run("install")).toMatchObject({ code: 0 });
    await appliance.publish("1.1.0");
    for (const path of ["host", "pawl.yaml"]) cpSync(dir.join(path), dir.join("good", path), { recursive: true });
    return device;
  }

  /** The host, its releases and pawl.yaml are as they were. */
  mend(): void {
    this.appliance.host.heal();
    this.appliance.host.bytesPerSecond = undefined;
    for (const path of ["host", "pawl.yaml"]) {
      rmSync(this.dir.join(path), { recursive: true, force: true });
      cpSync(this.dir.join("good", path), this.dir.join(path), { recursive: true });
    }
  }

  /** A file of 1.1.0 on the host. */
  onHost(name: string): string {
    return this.dir.join("host", "1.1.0", name);
  }

  /** Changes the manifest of 1.1.0, and signs it anew: its publisher meant it so. */
  manifest(change: (manifest: Json) => Json): void {
    const manifest: Json = JSON.parse(readFileSync(this.onHost("manifest.json"), "utf8"));
    this.manifestText(JSON.stringify(change(manifest)));
  }

  /** The same for what need not be JSON. */
  manifestText(text: string, key = this.dir.join("release.key")): void {
    writeFileSync(this.onHost("manifest.json"), text);
    writeFileSync(this.onHost("manifest.json.sig"), `${sign(Buffer.from(text), readFileSync(key, "utf8"))}\n`);
  }

  /** Changes the index of the host. */
  index(change: (index: Json) => Json): void {
    const path = this.dir.join("host", "index.json");
    const index: Json = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify(change(index)));
  }

  /** Runs a command twice, for people and for programs: both are refused, and nothing of the device has changed. */
  async refused(args: string[], { says, exit, code }: Refusal, pawl = this.appliance.pawl): Promise<Json> {
    const before = this.snapshot();
    const forPeople = await pawl.run(...args);
    const forPrograms = await pawl.run(...args, "--json");
    const words = forPeople.stderr || forPeople.stdout.slice(forPeople.stdout.indexOf("✗"));
    expect(words).toMatch(says);
    expect(words).not.toMatch(/\n\s+at .*:\d+:\d+|\[object|undefined/);
    expect([forPeople.code, forPrograms.code]).toEqual([exit, exit]);
    const answer = lastObject(forPrograms);
    expect(answer.failure?.code ?? answer.code).toBe(code);
    expect(this.snapshot()).toEqual(before);
    return answer;
  }

  async status(): Promise<Json> {
    return JSON.parse((await this.appliance.pawl.run("status", "--json")).stdout);
  }

  /** `pawl` with another environment. */
  withEnv(env: NodeJS.ProcessEnv): PawlCommand {
    return new PawlCommand([process.execPath, DEVICE_FILE], this.appliance.configPath, { ...process.env, ...env });
  }

  /**
   * Everything an owner has on the device: path → what is there, and which process serves. Without what Pawl writes
   * down of an attempt: logs, history, records, locks, caches and what it has downloaded.
   */
  snapshot(): Record<string, string> {
    const all: Record<string, string> = {};
    const walk = (path: string) => {
      const stats = lstatSync(path);
      const name = relative(this.dir.path, path);
      if (NOTES.test(name) || (name.endsWith("/.moving") && readdirSync(path).length === 0)) return;
      const kind = `${stats.mode.toString(8)} ${stats.uid}:${stats.gid}`;
      if (stats.isDirectory()) {
        all[name] = kind;
        for (const each of readdirSync(path)) walk(join(path, each));
      } else if (stats.isSymbolicLink()) all[name] = `→ ${readlinkSync(path)}`;
      else all[name] = `${kind} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
    };
    for (const path of [this.appliance.home, this.appliance.stateDir, this.dir.join("version")]) walk(path);
    return all;
  }

  /** The same after an update that had got as far as the switch: the release that was left stays on the disk. */
  snapshotAsItServes(): Record<string, string> {
    const left = /^appliance\/(releases\/1\.1\.0|service\.(pid|log)|releases$)/;
    return Object.fromEntries(Object.entries(this.snapshot()).filter(([path]) => !left.test(path)));
  }

  /** Every regular file below a folder. */
  filesBelow(folder: string): string[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? this.filesBelow(path) : entry.isFile() ? [path] : [];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.appliance[Symbol.asyncDispose]();
    await this.dir[Symbol.asyncDispose]();
  }
}

const NOTES =
  /^state\/(\.api\/config\.json|kitchen\/(api\/(lock|log|cache|downloads|applier\.out|order\.json|state\.json|history\.jsonl)|apply\/(lock|log|config\.json|state\.json|history\.jsonl)))$/;

/** The one object that `--json` ends with. */
function lastObject({ stdout }: Finished): Json {
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
