import type { ServerContext, ServerParts } from "../../http/parts.ts";
import type { BuildError, BuildErrors } from "../../stats/types.ts";
import { answerInvalid, answerJson } from "./answers.ts";
import { type FieldError, wholeNumber } from "./lax-fields.ts";

/** Days that top packages are counted over. */
const DAYS = 30;
const MOST_MESSAGE = 200;

export function answerQueueLength(_c: ServerContext, { stats }: ServerParts): Response {
  return answerJson({ queue_length: stats.queueLength() });
}

export async function answerSummary(_c: ServerContext, { stats }: ServerParts): Promise<Response> {
  return answerJson({ queue_length: stats.queueLength(), builds_24h: await stats.builds24h() });
}

/** Shaped for a chart: labels below, one dataset a line. */
export async function answerBuildsPerDay(_c: ServerContext, { stats }: ServerParts): Promise<Response> {
  const days = await stats.buildsPerDay();
  return answerJson({
    labels: days.map(({ day }) => dayLabel(day)),
    datasets: [
      { label: "Requests", data: days.map(({ requests }) => requests), color: "green" },
      { label: "Cache-Hits", data: days.map(({ hits }) => hits), color: "orange" },
      { label: "Failures", data: days.map(({ failures }) => failures), color: "red" },
    ],
  });
}

/** With a branch a line for each of its versions, without one a line for each branch. */
export async function answerBuildsByVersion(c: ServerContext, { stats }: ServerParts): Promise<Response> {
  const branch = branchOf(c);
  const { weeks, versions } = await stats.buildsByVersion(branch);
  const lines = new Map<string, number[]>();
  for (const [version, counts] of versions) {
    const label = branch === undefined && version.includes(".") ? version.slice(0, 5) : version;
    const line = lines.get(label) ?? weeks.map(() => 0);
    for (const [index, count] of counts.entries()) line[index] = (line[index] ?? 0) + count;
    lines.set(label, line);
  }
  const datasets = [...lines].map(([label, data]) => ({ label, data })).sort((a, b) => (a.label < b.label ? -1 : 1));
  return answerJson({ labels: weeks.map(dayLabel), datasets });
}

export async function answerTopPackages(c: ServerContext, { stats }: ServerParts): Promise<Response> {
  const n = queryNumber(c, 30, 100);
  if (typeof n !== "number") return answerInvalid(n);
  const branch = branchOf(c);
  const packages = await stats.topPackages(n, branch);
  return answerJson({
    packages: packages.map(({ name, count }) => ({ name, count })),
    branch: branch ?? null,
    days: DAYS,
  });
}

/** For people, newest first. */
export async function answerBuildErrors(c: ServerContext, { stats }: ServerParts): Promise<Response> {
  const n = queryNumber(c, 100, 500);
  if (typeof n !== "number") return answerInvalid(n);
  const text = wordBuildErrors(await stats.buildErrors(n));
  return new Response(text, { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } });
}

export function wordBuildErrors({ total, entries }: BuildErrors): string {
  const newest = entries[0];
  const oldest = entries.at(-1);
  if (!newest || !oldest) return "No build errors recorded.";
  const range = `Time range: ${timeLabel(oldest.at)} to ${timeLabel(newest.at)}`;
  return [`Build Errors: ${total} entries`, range, "", "Recent errors:", ...entries.map(errorLine), ""].join("\n");
}

/** Hashes would let anybody fetch what a stranger has built. */
function errorLine({ at, version, target, profile, message }: BuildError): string {
  const words = message
    .replace(/[0-9a-f]{64}/g, "[job-id]")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, MOST_MESSAGE);
  return `${timeLabel(at)} ${version}:${target}:${profile} ${words}`;
}

/** Of the query. A zero byte is in no name, and the database wouldn't even look for one. */
function branchOf(c: ServerContext): string | undefined {
  return c.req.query("branch")?.replaceAll("\0", "");
}

/** `n` of the query. */
function queryNumber(c: ServerContext, fallback: number, most: number): number | FieldError[] {
  const given = c.req.query("n");
  if (given === undefined) return fallback;
  const errors: FieldError[] = [];
  const n = wholeNumber({ ge: 1, le: most })(given, ["query", "n"], (error) => errors.push(error));
  return errors.length > 0 ? errors : n;
}

function dayLabel(day: Date): string {
  return `${day.toISOString().slice(0, 10)}Z`;
}

function timeLabel(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}
