import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packRelease } from "@pawl/device/publish";
import { CONFIG_FILE, type Contents, OWNERS, servedBy, shippedBy } from "./contents.ts";
import type { Place } from "./place.ts";
import { isRollback, type Scenario } from "./scenario.ts";
import { type App, appOf, type Device } from "./updater.ts";

const RELEASED = ["1.0.0", "2.0.0", "3.0.0"] as const;

/** Packs every release into a folder that the devices read from. */
export async function packReleases(dir: string, workDir: string): Promise<void> {
  for (const version of RELEASED) {
    const content = join(workDir, version);
    write(shippedBy(version), (path) => join(content, path));
    await packRelease({ dir: content, outDir: dir, name: "kitchen", version, config: [CONFIG_FILE] });
  }
}

/**
 * Makes of the empty disk at the device's root a device in use, on which the scenario's update is asked for and ready:
 * fetched, verified and ordered, and root's side has not been started yet. Gives the update's id.
 */
export async function prepareDevice(device: Device, scenario: Scenario): Promise<string> {
  const { place } = device;
  for (const dir of [place.state, dirname(place.web), dirname(place.api), dirname(place.versionFile)]) {
    mkdirSync(dir, { recursive: true });
  }
  if (scenario.name === "adoption") {
    write(servedBy("0.9.0"), (path) => servedAt(place, path));
    writeFileSync(place.versionFile, "0.9.0\n");
  } else {
    await settled(device, (app) => app.install({ force: false, version: "1.0.0" }));
    write(OWNERS, (path) => servedAt(place, path));
    if (isRollback(scenario)) await settled(device, (app) => app.install({ force: false, version: "2.0.0" }));
  }
  return order(device, scenario);
}

/** Asks for the update; the process that would start root's side ends at that moment, as a stopped service does. */
async function order(device: Device, scenario: Scenario): Promise<string> {
  const ending = new AbortController();
  let ordered: string | null = null;
  const app = await appOf(device, {
    shutdown: ending.signal,
    startApplier: (_, { id }) => {
      ordered = id;
      ending.abort(new Error("the service was stopped"));
      return { ended: () => null };
    },
  });
  if (isRollback(scenario)) await app.rollback({});
  else await app.install({ force: false, version: scenario.new });
  await app.settled();
  if (ordered === null) throw new Error(`The update was not ordered: ${JSON.stringify(await app.status())}`);
  return ordered;
}

/** Does something with the app and waits for its good end. */
export async function settled(device: Device, ask: (app: App) => Promise<unknown>): Promise<void> {
  const app = await appOf({ ...device, broken: null });
  await ask(app);
  await app.settled();
  const { state, failure } = await app.status();
  if (state !== "complete")
    throw new Error(`The update ended as ${state}: ${failure?.message} ${failure?.detail ?? ""}`);
}

function servedAt(place: Place, path: string): string {
  return path === "api.mjs" ? place.api : join(place.web, path.slice("web/".length));
}

function write(contents: Contents, at: (path: string) => string): void {
  for (const [name, content] of Object.entries(contents)) {
    const path = at(name);
    mkdirSync(dirname(path), { recursive: true });
    if ("link" in content) {
      symlinkSync(content.link, path);
      continue;
    }
    writeFileSync(path, content.text);
    chmodSync(path, content.mode);
    chownSync(path, content.uid ?? 0, 0);
  }
}
