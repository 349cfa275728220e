import { readdirSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import type { HistoryAnswer, Outcome, Status, StreamEvent } from "@pawl/protocol";
import { type Finished, PythonAppliance, type PythonApplianceOptions, TempDir } from "@pawl/testkit";
import { createParser } from "eventsource-parser";
import { expect, vi } from "vitest";
import { type Daemon, startDaemon } from "../daemon.ts";
import { DEVICE_FILE } from "../nodes.ts";

/** Longer than anything here takes on a busy machine. */
const PATIENCE_MS = 150_000;

// Most tests are two installs, each of which starts Python a dozen times.
vi.setConfig({ testTimeout: 2 * PATIENCE_MS, hookTimeout: PATIENCE_MS });

/** An answer of the API. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** A device with the kettle on it: 1.0.0, the first commit of `main`. */
export class KettleDevice implements AsyncDisposable {
  readonly dir: TempDir;
  readonly appliance: PythonAppliance;
  #daemon: Daemon | null = null;

  private constructor(dir: TempDir, appliance: PythonAppliance) {
    this.dir = dir;
    this.appliance = appliance;
  }

  static async create(options: Partial<PythonApplianceOptions> = {}): Promise<KettleDevice> {
    const dir = await TempDir.create("pawl-kettle-");
    const pawl = [process.execPath, DEVICE_FILE] as const;
    const appliance = await PythonAppliance.create({ dir: dir.path, pawl, steady: "300ms", ...options });
    return new KettleDevice(dir, appliance);
  }

  /** Without it, each command does its work itself. */
  async startDaemon(): Promise<void> {
    this.#daemon = await startDaemon(this.appliance);
  }

  /** Calls `/api/update/<path>`. */
  async call(method: "GET" | "POST", path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.#daemon?.url}/api/update/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** A check by API, as a page waits for it. */
  async checked(): Promise<Record<string, unknown>> {
    await this.call("POST", "check", { force: true });
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
      const { body } = await this.call("GET", "status");
      if (body.state !== "checking") return body;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error("the check doesn't end");
  }

  /** Begins something by API, and watches it to its end; its lines, and how it ended. */
  async watched(path: "install" | "rollback", body: object = {}): Promise<{ lines: string[]; done: StreamEvent }> {
    const started = await this.call("POST", path, body);
    expect(started, JSON.stringify(started.body)).toMatchObject({ status: 200, body: { state: "installing" } });
    const events = await this.#streamed();
    const done = events.at(-1);
    if (done?.type !== "done") throw new Error("the stream has ended before the update");
    return { lines: events.flatMap((event) => (event.type === "line" ? [event.line] : [])), done };
  }

  /** A command that has to end with this code; all it printed. */
  async pawl(code: number, ...args: string[]): Promise<string> {
    const finished = await this.appliance.run(...args);
    expect(finished.code, `${args.join(" ")}: ${words(finished)}`).toBe(code);
    return words(finished);
  }

  async json<T = Status>(command = "status"): Promise<T> {
    return JSON.parse((await this.appliance.run(command, "--json")).stdout) as T;
  }

  async history(): Promise<Outcome[]> {
    return (await this.json<HistoryAnswer>("history")).updates;
  }

  /** venv mode: the release that counts, and all that lies beside it. */
  releases(): { current: string; all: string[] } {
    const current = basename(readlinkSync(join(this.appliance.home, "current")));
    return { current, all: readdirSync(join(this.appliance.home, "releases")).sort() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.[Symbol.asyncDispose]();
    await this.appliance[Symbol.asyncDispose]();
    await this.dir[Symbol.asyncDispose]();
  }

  async #streamed(): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data)) });
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${this.#daemon?.url}/api/update/progress`, { signal });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
    return events;
  }
}

function words({ stdout, stderr }: Finished): string {
  return stdout + stderr;
}
