import type { Browser, PageAnswer } from "./browser.ts";
import { demand, demandList, demandObject } from "./client-refuses.ts";

/** A device as LuCI's page knows it. */
export interface LuciDevice {
  version: string;
  revision: string;
  target: string;
  /** With its comma. */
  boardName: string;
  packages: readonly string[];
  /** Offers other branches, and the release that runs already. Default false. */
  advancedMode?: boolean;
}

/** A release that may be chosen, with its revision where that is what differs. */
export type Candidate = [version: string, revision: string | null];

/** What build states the app has words for. Another one ends its script with a TypeError. */
const STEPS = new Set([
  "init",
  "download_imagebuilder",
  "unpack_imagebuilder",
  "calculate_packages_hash",
  "building_image",
]);

const AS_JSON = { "Content-Type": "application/json" };

/** LuCI's `request.get`: the time stands behind each address, so that no cache answers; an object as content is JSON. */
export function luciGet(
  browser: Browser,
  url: string,
  { content, headers }: { content?: object; headers?: Readonly<Record<string, string>> } = {},
): Promise<PageAnswer> {
  return browser.fetch(`${url}?${Date.now()}`, { headers: { ...headers, ...(content && AS_JSON) } });
}

/** LuCI's `request.post`, by the same rules. */
export function luciPost(browser: Browser, url: string, content: object): Promise<PageAnswer> {
  return browser.fetch(`${url}?${Date.now()}`, { method: "POST", headers: AS_JSON, body: JSON.stringify(content) });
}

/** `24.10` of `24.10.4`, `24.10-SNAPSHOT`. @throws ClientRefuses for what is no text */
export function branchOf(version: unknown): string {
  demand(typeof version === "string", `TypeError: ${JSON.stringify(version)}.replace is not a function`);
  return version.replace("-SNAPSHOT", "").split(".").slice(0, 2).join(".");
}

/** Those of `latest` that the page offers, oldest first: of the device's own branch, or of all down to it. */
export function candidatesOf(answer: PageAnswer, { version, advancedMode }: LuciDevice): string[] {
  const { latest } = demandObject(answer.json(), "the answer");
  const own = branchOf(version);
  const candidates: string[] = [];
  for (const offered of demandList(latest, "`latest`") as string[]) {
    const branch = branchOf(offered);
    if (offered === version) break;
    if (branch !== own && !advancedMode) continue;
    candidates.unshift(offered);
    if (branch === own) break;
  }
  return candidates;
}

/** @throws ClientRefuses unless it is `r34820-…`: the page would say for anything else that nothing is newer */
export function revisionCount(revision: unknown): number {
  demand(typeof revision === "string", `TypeError: ${JSON.stringify(revision)}.substring is not a function`);
  const count = /^r(\d+)(-|$)/.exec(revision)?.[1];
  demand(count !== undefined, `${revision} is no revision to compare with`);
  return Number(count);
}

/** What the page shows of a build's state, null where it shows nothing and goes on asking. @throws ClientRefuses */
export function shownState(answer: PageAnswer): string | null {
  if (![200, 202, 400, 422, 500].includes(answer.status)) return null;
  const state = demandObject(answer.json(), "the build's state");
  if (answer.status === 200) return `${demandList(state.images, "`images`").length} images`;
  return answer.status === 202 ? shownProgress(state) : `Server response: ${state.detail}`;
}

/** Of a build that goes on. @throws ClientRefuses for a step it has no words for */
export function shownProgress(state: Readonly<Record<string, unknown>>): string {
  if ("queue_position" in state) return `Request in build queue position ${state.queue_position}`;
  const step = String(state.imagebuilder_status);
  demand(STEPS.has(step), `TypeError: steps.${step} is undefined`);
  return step;
}

/** A build that nobody asked for: the page must be let read that there is none. */
export async function demandNoBuild(browser: Browser, url: string, content?: object): Promise<void> {
  const answer = await luciGet(browser, url, { content });
  const shown = shownState(answer);
  demand(shown === null, `a build that nobody asked for is shown as: ${shown}`);
  demand(answer.status === 404, `a build that nobody asked for is answered with ${answer.status}`);
  demandObject(answer.json(), "that there is no such build");
}
