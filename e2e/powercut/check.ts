import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ApplyRecord } from "@pawl/protocol";
import { shippedBy } from "./contents.ts";
import { APP } from "./place.ts";
import type { Scenario } from "./scenario.ts";
import { judge, readServed } from "./served.ts";
import { type App, applierOf, appOf, type Device } from "./updater.ts";

type Outcome = Awaited<ReturnType<App["history"]>>[number];

/** What was known of the update on a disk before anything was recovered. */
export interface Reported {
  /** How it ended and what is in place, when that has been told already: it must not be otherwise afterwards. */
  end: { result: Outcome["result"]; version: string } | null;
  /** Whether root's side was in the middle of it. */
  isUnderWay: boolean;
}

export interface Cause {
  kind: "cut" | "error";
  /** What had been told to the world on the device itself, at the moment of the cut. */
  before: Reported;
}

/** What a disk says of an update as it stands. */
export function reportedOn(device: Device, scenario: Scenario, updateId: string): Reported {
  const dir = join(device.place.state, APP, "apply");
  const rows = readIfThere(join(dir, "history.jsonl"))
    .split("\n")
    .filter((line) => line.endsWith("}"));
  const row = rows.map((line) => JSON.parse(line) as Outcome).find(({ id }) => id === updateId);
  const text = readIfThere(join(dir, "state.json"));
  const record = text === "" ? null : ApplyRecord.safeParse(JSON.parse(text)).data;
  const end = row ? { result: row.result, version: expectedVersion(row, scenario) } : null;
  return { end, isUnderWay: record ? record.engine.status !== "idle" : false };
}

/**
 * Does on a mounted disk what a boot does, then updates once more, and gives every sentence that says what was wrong on
 * the way. `newBoot` is called before anything is: no process of before can be alive.
 */
export async function checkDisk(
  device: Device,
  scenario: Scenario,
  updateId: string,
  cause: Cause,
  newBoot: () => void,
): Promise<string[]> {
  const wrong: string[] = [];
  const sides = [scenario.old, scenario.new] as const;
  const { signal } = new AbortController();
  newBoot();
  try {
    const settled = await (await applierOf(device)).settle();
    const recovered = judge(readServed(device.place), sides);
    if ("wrong" in recovered) wrong.push(`after recover the device serves neither release: ${recovered.wrong}`);
    const { end } = cause.before;
    if (end) {
      const known = settled.engine.status === "idle" && settled.last?.id === updateId ? settled.last.result : null;
      if (known !== end.result) wrong.push(`${end.result} was told, and after recover the record says ${known}`);
      if ("version" in recovered && recovered.version !== end.version)
        wrong.push(`${end.result} was told, and after recover ${recovered.version} is served`);
    }

    await (await applierOf(device)).resume(signal);
    const faults: unknown[] = [];
    const app = await appOf(device, { onFault: (fault) => void faults.push(fault) });
    await app.resume();
    await app.settled();
    wrong.push(...(await wrongAtEnd(device, scenario, updateId, cause, app)));

    const next = await appOf({ ...device, broken: null }, { onFault: (fault) => void faults.push(fault) });
    await next.install({ force: false, version: "3.0.0" });
    await next.settled();
    const status = await next.status();
    if (status.state !== "complete")
      wrong.push(
        `a further update ended as ${status.state}: ${status.failure?.message} ${status.failure?.detail ?? ""}`,
      );
    // What stood there before Pawl and no release has ever listed counts as the owner's from then on.
    const leftovers = scenario.old === "0.9.0" ? shippedBy("0.9.0") : {};
    const further = judge(readServed(device.place), ["3.0.0"], leftovers);
    if ("wrong" in further) wrong.push(`after a further update: ${further.wrong}`);
    wrong.push(...faults.map((fault) => `a fault in the background: ${fault}`));
  } catch (error) {
    wrong.push(`recovery broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  return wrong;
}

/** When all is over: what is served, what the records say, and whether they say the same. */
async function wrongAtEnd(
  device: Device,
  scenario: Scenario,
  updateId: string,
  { kind, before }: Cause,
  app: App,
): Promise<string[]> {
  const wrong: string[] = [];
  const verdict = judge(readServed(device.place), [scenario.old, scenario.new]);
  if ("wrong" in verdict) wrong.push(`after resume the device serves neither release: ${verdict.wrong}`);
  const version = "version" in verdict ? verdict.version : null;

  const rows = (await app.history()).filter(({ id, kind: what }) => id === updateId && what !== "adopt");
  const [row] = rows;
  if (row === undefined) return [...wrong, "history doesn't say how the update ended"];
  if (!endsFor(kind, scenario).includes(row.result))
    wrong.push(`history says ${row.result}: ${row.failure?.message} ${row.failure?.detail ?? ""}`);
  const expected = expectedVersion(row, scenario);
  if (version !== null && version !== expected) wrong.push(`history says ${row.result}, and ${version} is served`);
  if (kind === "cut" && row.result === "success" && before.isUnderWay && !row.resumed)
    wrong.push("history doesn't say that the update was resumed");
  if (kind === "cut" && row.result === "undone" && row.failure?.code !== "power_lost")
    wrong.push(`history says undone for another reason than the power: ${row.failure?.code}`);
  if (before.end && row.result !== before.end.result)
    wrong.push(`${before.end.result} was told, and in the end history says ${row.result}`);

  const { current_version: current } = await app.status();
  if (version !== null && current !== version) wrong.push(`status says ${current}, and ${version} is served`);
  const named = readIfThere(device.place.versionFile).trim();
  if (version !== null && named !== version) wrong.push(`the version file says ${named}, and ${version} is served`);
  return wrong;
}

/** What the update may have come to in the end. */
function endsFor(kind: Cause["kind"], { name }: Scenario): Outcome["result"][] {
  const isGood = name !== "going-back" && name !== "making-do";
  const mayFail = kind === "error" || name === "making-do";
  return ["undone", "rolled_back", ...(isGood ? ["success" as const] : []), ...(mayFail ? ["failed" as const] : [])];
}

function expectedVersion({ result, failure }: Outcome, scenario: Scenario): string {
  if (result === "success") return scenario.new;
  // A release gone back to that doesn't work stays in place.
  return result === "failed" && failure?.back_on === scenario.new ? scenario.new : scenario.old;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
