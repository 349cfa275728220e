import type { Status, StreamEvent } from "@pawl/protocol";
import { type Daemon, startDaemon } from "../daemon.ts";
import type { PiKitBox } from "./box.ts";

/** The plan's dashboard: what its buttons and its status refresh send, and nothing else. */
export class PiKitDashboard implements AsyncDisposable {
  readonly #daemon: Daemon;

  private constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  static async open(box: PiKitBox): Promise<PiKitDashboard> {
    return new PiKitDashboard(await startDaemon(box, process.execPath, box.env));
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.#daemon.url}/api/update/${path}`)).json()) as T;
  }

  status(): Promise<Status> {
    return this.get<Status>("status");
  }

  /** The answer with its HTTP status. */
  async post(path: string, body?: object): Promise<{ code: number; answer: Record<string, unknown> }> {
    const response = await fetch(`${this.#daemon.url}/api/update/${path}`, {
      method: "POST",
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return { code: response.status, answer: (await response.json()) as Record<string, unknown> };
  }

  /** Presses a button and looks at the status, as the refresh does, until nothing goes on any more. */
  async press(button: "check" | "apply" | "rollback"): Promise<Status> {
    const { code, answer } = await this.post(button, button === "check" ? { force: true } : undefined);
    if (code !== 200) throw new Error(`${button}: ${JSON.stringify(answer)}`);
    return this.untilDone();
  }

  async untilDone(): Promise<Status> {
    for (let tries = 0; tries < 300; tries++) {
      const status = await this.status();
      if (status.state !== "checking" && status.state !== "installing") return status;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("it never ended");
  }

  /** Everything the progress stream says of the last update. */
  events(): Promise<StreamEvent[]> {
    return this.#daemon.replay();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
  }
}
