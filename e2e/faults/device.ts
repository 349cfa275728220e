import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FailureCode, HistoryAnswer, Manifest, Outcome, Status, UpdateResult } from "@pawl/protocol";
import { Appliance, type ApplianceOptions, type Behaviour, PawlCommand, TempDir } from "@pawl/testkit";
import { expect, vi } from "vitest";
import { DEVICE_FILE } from "../nodes.ts";

// Each case is one update that goes wrong and another that works; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A documented end of an update that a fault struck. */
export interface End {
  code: FailureCode;
  result: UpdateResult;
  /** What its sentence says. */
  says: string | RegExp;
}

/** A real appliance that has 1.0.0, for one fault after the other: each leaves it so that the next update works. */
export class Device implements AsyncDisposable {
  readonly dir: TempDir;
  readonly appliance: Appliance;
  #published = 0;

  private constructor(dir: TempDir, appliance: Appliance) {
    this.dir = dir;
    this.appliance = appliance;
  }

  /** `prepare` gets its folder before there is anything in it. */
  static async create(
    options: Partial<ApplianceOptions> = {},
    prepare: (dir: TempDir) => void = () => undefined,
  ): Promise<Device> {
    const dir = await TempDir.create("pawl-fault-");
    prepare(dir);
    const pawl = [process.execPath, DEVICE_FILE] as const;
    const appliance = await Appliance.create({ dir: dir.path, pawl, within: "6s", steady: "300ms", ...options });
    const device = new Device(dir, appliance);
    await appliance.publish("1.0.0");
    const first = await appliance.pawl.run("install");
    expect(first, first.stdout + first.stderr).toMatchObject({ code: 0 });
    return device;
  }

  /** Publishes the next version, and returns its name. */
  async publishNext(behaviour: Behaviour & { channel?: string; notes?: string } = {}): Promise<string> {
    const version = `1.${++this.#published}.0`;
    await this.appliance.publish(version, behaviour);
    return version;
  }

  /** `pawl` with another environment. */
  withEnv(env: NodeJS.ProcessEnv): PawlCommand {
    return new PawlCommand([process.execPath, DEVICE_FILE], this.appliance.configPath, { ...process.env, ...env });
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.appliance.pawl.run("status", "--json")).stdout);
  }

  async history(): Promise<Outcome[]> {
    const answer: HistoryAnswer = JSON.parse((await this.appliance.pawl.run("history", "--json")).stdout);
    return answer.updates;
  }

  /** The status of root's side as it is on disk at this moment. */
  rootsStatus(): string {
    try {
      return JSON.parse(readFileSync(join(this.appliance.stateDir, "kitchen/apply/state.json"), "utf8")).engine.status;
    } catch {
      return "idle";
    }
  }

  /** The version that serves. Fails unless every file of it is in place, with its right hash. */
  wholeRelease(): string {
    const current = join(this.appliance.home, "current");
    const manifest: Manifest = JSON.parse(readFileSync(join(current, "manifest.json"), "utf8"));
    for (const entry of manifest.files) {
      if ("link" in entry || entry.path === "settings.json") continue;
      const hash = createHash("sha256").update(readFileSync(join(current, entry.path)));
      expect(hash.digest("hex"), `${entry.path} of ${manifest.version}`).toBe(entry.sha256);
    }
    return manifest.version;
  }

  /** An update to `version` has ended as it says, and `on` is what serves. */
  async assertEnd(version: string, { code, result, says }: End, on: string): Promise<Outcome> {
    const [last] = await this.history();
    expect(last).toMatchObject({ to: version, result, failure: { code, version } });
    assertSentence(last?.failure?.message, says);
    const status = await this.status();
    expect(status).toMatchObject({ state: "error", current_version: on, last_result: result, failure: { code } });
    await this.#assertServes(on);
    return last as Outcome;
  }

  /** The update to `version` has worked, fault or no fault. */
  async assertSuccess(version: string): Promise<Outcome> {
    const [last] = await this.history();
    expect(last).toMatchObject({ to: version, result: "success", failure: null });
    expect(await this.status()).toMatchObject({ state: "complete", current_version: version, failure: null });
    await this.#assertServes(version);
    return last as Outcome;
  }

  /** A check has failed: what is installed and what was known stay, and no update was begun. */
  async assertCheckFailed({ code, says }: Omit<End, "result">, before: Outcome[]): Promise<Status> {
    const status = await this.status();
    expect(status).toMatchObject({ state: "error", failure: { code } });
    assertSentence(status.failure?.message, says);
    expect(await this.history()).toEqual(before);
    await this.#assertServes(before[0]?.to ?? "");
    return status;
  }

  /** The next ordinary update works as if nothing had been. */
  async updatesAgain(): Promise<void> {
    await this.updatesTo(await this.publishNext());
  }

  /** The newest release is this one, and can be installed, for instance now that the fault is over. */
  async updatesTo(version: string): Promise<void> {
    const install = await this.appliance.pawl.run("install");
    expect(install, install.stdout + install.stderr).toMatchObject({ code: 0 });
    await this.assertSuccess(version);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.appliance[Symbol.asyncDispose]();
    await this.dir[Symbol.asyncDispose]();
  }

  async #assertServes(version: string): Promise<void> {
    expect(this.wholeRelease()).toBe(version);
    expect(await this.appliance.runningVersion()).toBe(version);
    expect(readFileSync(this.dir.join("version"), "utf8")).toBe(`${version}\n`);
  }
}

/** Words for a person: whole sentences, with nothing of a program in them. */
export function assertSentence(message: string | undefined, says: string | RegExp): void {
  expect(message).toMatch(says);
  expect(message).toMatch(/^[A-Z0-9].{20,}[.!?]$/s);
  expect(message).not.toMatch(/\n\s+at |\[object|undefined|\bE[A-Z]{4,}\b/);
}

/** Waits, without a pause longer than a few milliseconds, until something holds. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 150_000): Promise<void> {
  for (const end = performance.now() + withinMs; performance.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  throw new Error(`it never came about: ${holds}`);
}
