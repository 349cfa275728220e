import type { FetchState, Outcome } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import type { App, Started } from "../app.ts";
import { aRelease, fetchRecord } from "../update/update-fixture.ts";
import { FakeDevice, HastyClock } from "./device-fixture.ts";

/** An App on a fake device that has 1.0.0, with a host that offers 1.0.0 and 1.1.0, and what tests do with it. */
export class AppBench implements AsyncDisposable {
  readonly clock: HastyClock;
  readonly device: FakeDevice;
  /** A test may put another process's in its place. */
  app: App;
  readonly #dir: TempDir;

  private constructor(dir: TempDir, clock: HastyClock, device: FakeDevice, app: App) {
    this.#dir = dir;
    this.clock = clock;
    this.device = device;
    this.app = app;
  }

  static async create(): Promise<AppBench> {
    const dir = await TempDir.create();
    const clock = new HastyClock("2026-03-01T12:00:00Z");
    const device = new FakeDevice(dir.path, clock);
    device.publish("1.0.0");
    device.publish("1.1.0");
    return new AppBench(dir, clock, device, await device.app());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir[Symbol.asyncDispose]();
  }

  /** Stops whoever comes to a step until `go`; a cancel gets through. */
  holdAt(step: string): { reached: Promise<void>; go(): void } {
    const arrival = gate();
    const departure = gate();
    this.device.hook = async (name, signal) => {
      if (name !== step) return;
      arrival.open();
      const aborted = gate();
      signal?.addEventListener("abort", aborted.open);
      await Promise.race([departure.passed, aborted.passed]);
    };
    return { reached: arrival.passed, go: departure.open };
  }

  /** How often a step was begun. */
  count(step: string): number {
    return this.device.did.filter((name) => name === step).length;
  }

  async checked(): Promise<void> {
    await this.app.check({ force: true });
    await this.app.settled();
  }

  /** Installs, and waits for the end. */
  async installed(ask: Parameters<App["install"]>[0] = { force: false }): Promise<Started & { outcome?: Outcome }> {
    const started = await this.app.install(ask);
    await this.app.settled();
    const [outcome] = await this.app.history();
    return { ...started, ...(outcome && { outcome }) };
  }

  /** A window that opens two hours from now, in the time zone this machine has. */
  laterWindow(): string {
    const hour = (more: number) => `${String((this.clock.now().getHours() + more) % 24).padStart(2, "0")}:00`;
    return `${hour(2)}-${hour(3)}`;
  }

  /** 1.1.0 is downloaded and waits for its window. */
  async waiting(): Promise<Started> {
    this.device.window = this.laterWindow();
    this.app = await this.device.app();
    await this.checked();
    return this.installed({ force: false, unattended: true });
  }

  /** What a dead process has left on disk. */
  async leftBehind(engine: FetchState): Promise<void> {
    await this.device.fetchStore().save(fetchRecord({ engine, release: aRelease() }));
  }
}

function gate(): { passed: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
