import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunResult } from "../system/types.ts";

const UNITS = "/etc/systemd/system";

/** As much of systemd as `pawl setup` talks to, on the units of a folder. */
export class FakeSystemd {
  readonly enabled = new Set<string>();
  readonly active = new Set<string>();
  /** What was asked for, without the questions. */
  readonly asked: string[] = [];
  /** The next of these fails. */
  failing: string | null = null;
  readonly #root: string;
  /** The text of each unit when it was read last. */
  readonly #read = new Map<string, string>();
  #listens = "";

  constructor(root: string) {
    this.#root = root;
  }

  /** `systemctl` with these words. */
  async call(words: readonly string[]): Promise<RunResult> {
    const [verb = "", ...rest] = words;
    if (verb === "show") return answer(await this.#show(rest));
    this.asked.push(words.join(" "));
    if (verb === this.failing) return { ...answer(""), code: 1, stderr: `Failed to ${verb}.\n` };
    const units = rest.filter((word) => !word.startsWith("--"));
    for (const unit of units) await this.#do(verb, unit, rest.includes("--now"));
    if (verb === "daemon-reload") this.#read.clear();
    return answer("");
  }

  async #do(verb: string, unit: string, now: boolean): Promise<void> {
    if (verb === "enable") this.enabled.add(unit);
    if (verb === "disable") this.enabled.delete(unit);
    if (verb === "start" || (verb === "enable" && now)) await this.#start(unit);
    if (verb === "stop" || (verb === "disable" && now)) this.active.delete(unit);
  }

  async #start(unit: string): Promise<void> {
    this.active.add(unit);
    if (unit.endsWith(".socket")) this.#listens = /^ListenStream=(.*)$/m.exec(await this.#text(unit))?.[1] ?? "";
  }

  async #show([option = "", unit = ""]: readonly string[]): Promise<string> {
    const onDisk = await readFile(this.#pathOf(unit), "utf8").catch(() => null);
    const read = onDisk === null ? null : await this.#text(unit);
    const properties: Record<string, string> = {
      LoadState: onDisk === null && !this.active.has(unit) ? "not-found" : "loaded",
      NeedDaemonReload: read !== onDisk ? "yes" : "no",
      UnitFileState: this.enabled.has(unit) ? "enabled" : "disabled",
      ActiveState: this.active.has(unit) ? "active" : "inactive",
      ExecMainStartTimestampMonotonic: "1",
      Listen: this.active.has(unit) ? `${this.#listens} (Stream)` : "",
    };
    const names = option.replace("--property=", "").split(",");
    return names.map((name) => `${name}=${properties[name] ?? ""}\n`).join("");
  }

  async #text(unit: string): Promise<string> {
    const text = this.#read.get(unit) ?? (await readFile(this.#pathOf(unit), "utf8"));
    this.#read.set(unit, text);
    return text;
  }

  #pathOf(unit: string): string {
    return join(this.#root, UNITS, unit.replace(/@[^.]+\./, "@."));
  }
}

export function answer(stdout: string): RunResult {
  return { code: 0, signal: null, stdout, stderr: "", timedOut: false };
}

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
