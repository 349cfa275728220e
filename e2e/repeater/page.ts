import type { Change, Status, StreamEvent } from "@pawl/protocol";
import { progressStream } from "./stream.ts";

/** The page's own pauses, made shorter: what it asks and concludes is what counts, not for how long it shows a spinner. */
const PACE = 1 / 20;
/** Three times the page's own patience with a check: a busy machine isn't the matter here. */
const CHECK_MS = 30_000;
/**
 * How long after "Restarting service" the page waits for the end of the stream before it closes it itself and goes on as if
 * it had broken. There it is 8 s.
 */
const RESTART_MS = 45_000;

export type Called = Record<string, unknown> & { success: boolean };

/** The dot on the bell. */
export type Dot = "red" | "grey" | "green" | "unknown";

export type InstallState = "idle" | "installing" | "restarting" | "complete" | "verified" | "verify-failed" | "error";

/** While nothing is under way it says what it would do. */
const BUTTONS: Partial<Record<InstallState, string>> = {
  installing: "Installing…",
  restarting: "Restarting…",
  verified: "Installed ✓",
  complete: "Installed ✓",
  error: "Retry Install",
  "verify-failed": "Retry Install",
};

/**
 * The earlier dashboard as far as updates go (device-world.md §1.4): which calls it makes, in which order, and what it
 * concludes from the answers, also where it has to guess.
 */
export class RepeaterPage {
  /** The panel under the bell. */
  readonly bell = { hasUpdate: false, current: "", latest: "", error: null as string | null };
  /** The dialog. */
  channels: string[] = ["main"];
  selected = "main";
  changelog: Change[] = [];
  channelError = "";
  state: InstallState = "idle";
  error: string | null = null;
  /** Its live log. */
  readonly log: string[] = [];
  /** Every event of the stream. */
  readonly events: StreamEvent[] = [];
  lastEventId: string | undefined;
  /** The version that it found after the restart. */
  reported: string | null = null;
  /** Every call it has made, and the HTTP status: `POST check 200`. */
  readonly calls: string[] = [];
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  get dot(): Dot {
    return this.bell.hasUpdate ? "red" : this.bell.current ? "green" : "unknown";
  }

  /** What is written on the dialog's button. */
  get button(): string {
    const idle = this.bell.hasUpdate ? "Install Update" : "Force Reinstall";
    return BUTTONS[this.state] ?? idle;
  }

  get streamAddress(): string {
    return `${this.#url}/api/update/progress?token=${encodeURIComponent(this.#token)}`;
  }

  /** When the page opens, each ten minutes, and by its button. */
  async check(): Promise<void> {
    this.bell.error = null;
    try {
      await this.call("POST", "check", {});
      const status = await this.#polled();
      if (status) this.bell.error = status.error;
      else this.bell.error = "Version check timed out";
    } catch (error) {
      this.bell.error = words(error);
    }
  }

  /** "OTA Update": it opens with the channels and what is new. */
  async open(): Promise<void> {
    this.state = "idle";
    this.error = null;
    this.log.length = 0;
    await Promise.all([this.#fetchChannels(), this.fetchChangelog()]);
  }

  async fetchChangelog(): Promise<void> {
    this.changelog = [];
    const answer = await this.call("GET", "changelog?max=40").catch(() => null);
    if (answer?.success && Array.isArray(answer.commits)) this.changelog = answer.commits as Change[];
  }

  /** "Apply" beside the list of channels. */
  async applyChannel(channel: string): Promise<void> {
    this.selected = channel;
    this.channelError = "";
    try {
      await this.call("POST", "set_channel", { channel });
    } catch (error) {
      this.channelError = words(error);
      return;
    }
    this.state = "idle";
    await this.call("POST", "check");
    if (await this.#polled()) await this.fetchChangelog();
  }

  /**
   * The dialog's button, until the page has come to a conclusion. `onLine` hears of each line of the log before the next is
   * read.
   */
  async install(onLine: (line: string) => Promise<void> | void = () => undefined): Promise<InstallState> {
    this.state = "installing";
    this.error = null;
    this.log.length = 0;
    this.events.length = 0;
    try {
      await this.call("POST", "install", { force: !this.bell.hasUpdate });
    } catch (error) {
      this.error = words(error);
      this.state = "error";
      return this.state;
    }
    return (await this.#watch(onLine)) ? this.#waitForRestart() : this.state;
  }

  /** Calls `/api/update/<path>` as the page does. Throws what the answer says when it isn't 2xx. */
  async call(method: "GET" | "POST", path: string, body?: object): Promise<Called> {
    const response = await fetch(`${this.#url}/api/update/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    this.calls.push(`${method} ${path} ${response.status}`);
    const answer = (await response.json()) as Called;
    if (!response.ok) throw new Error(String(answer.error));
    return answer;
  }

  async status(): Promise<Status> {
    return (await this.call("GET", "status")) as unknown as Status;
  }

  /** The status each half second until no check is under way; null when that takes too long. */
  async #polled(): Promise<Status | null> {
    for (const end = performance.now() + CHECK_MS; performance.now() < end; await this.#pause(500)) {
      const status = await this.status();
      if (status.state === "checking") continue;
      this.#seen(status);
      return status;
    }
    return null;
  }

  async #fetchChannels(): Promise<void> {
    this.channelError = "";
    try {
      const answer = await this.call("GET", "channels");
      this.channels = answer.channels as string[];
      this.selected = answer.current_channel as string;
    } catch {
      this.channels = ["main"];
      this.channelError = "Could not load channels from GitHub";
    }
  }

  /** Whether it is to wait for the restart. Else the state says what is the matter. */
  async #watch(onLine: (line: string) => Promise<void> | void): Promise<boolean> {
    let isPipDone = false;
    let giveUpAt = Number.POSITIVE_INFINITY;
    try {
      for await (const { id, event } of progressStream(this.streamAddress)) {
        if (id !== undefined) this.lastEventId = id;
        this.events.push(event);
        if (event.type === "line") {
          this.log.push(event.line);
          if (event.line.includes("Restarting service") && !isPipDone) {
            isPipDone = true;
            giveUpAt = performance.now() + RESTART_MS;
          }
          await onLine(event.line);
        }
        if (event.type === "status" && event.state === "error") this.state = "error";
        if (event.type === "status" && event.state === "complete") this.state = "complete";
        if (event.type === "done") {
          if (event.state === "complete") return true;
          this.state = "error";
          this.error = event.error;
          return false;
        }
        if (performance.now() > giveUpAt && this.state !== "error") return true;
      }
    } catch {
      // As `onerror`.
    }
    if (isPipDone && this.state !== "error") return true;
    if (this.state === "installing") {
      this.state = "error";
      this.error = "Progress stream disconnected";
    }
    return false;
  }

  /** Waits for the service to go down (20 s), to come back (60 s), and compares versions: it has no other proof. */
  async #waitForRestart(): Promise<InstallState> {
    this.state = "restarting";
    const target = this.bell.latest;
    for (let n = 0; n < 20; n++) {
      await this.#pause(1_000);
      if (!(await this.#tried())) break;
    }
    for (let n = 0; n < 30; n++) {
      await this.#pause(2_000);
      const status = await this.#tried();
      if (!status) continue;
      await this.#pause(1_200);
      this.reported = status.current_version;
      this.bell.current = status.current_version ?? this.bell.current;
      this.bell.hasUpdate = status.has_update;
      this.state = this.reported !== null && this.reported === target ? "verified" : "verify-failed";
      if (this.state === "verified") this.bell.hasUpdate = false;
      return this.state;
    }
    this.state = "verify-failed";
    this.error = "Service did not respond after restart — check logs";
    return this.state;
  }

  #tried(): Promise<Status | null> {
    return this.status().catch(() => null);
  }

  #seen(status: Status): void {
    this.bell.current = status.current_version ?? "";
    this.bell.latest = status.latest_version ?? "";
    this.bell.hasUpdate = status.has_update;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms * PACE));
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
