import { type Finding, fine, trouble, warning } from "@pawl/device/doctor";
import { type Kysely, sql } from "kysely";
import type { DistributionFacts } from "../catalog/facts.ts";
import type { Tables } from "../db/tables.ts";
import { counted } from "./looks.ts";

/** A mirror that takes longer is no use, in milliseconds. */
const ANSWER_MS = 8_000;

type Looked = Pick<DistributionFacts, "name" | "title" | "upstreamUrl" | "fetchUrl" | "versions" | "keys">;

/** Whether a distribution's mirror answers, and whether what it gives can be checked. */
export async function lookAtUpstream(distribution: Looked, signal: AbortSignal): Promise<Finding[]> {
  const { name, title, upstreamUrl, keys } = distribution;
  const findings = [await lookAtMirror(distribution, signal)];
  if (keys.usign.length + keys.apk.length === 0) {
    const words = `Nobody checks who made what is read of ${title}: it has no keys`;
    findings.push(warning(words, `Write its public keys into distributions.${name}.keys`, upstreamUrl));
  }
  return findings;
}

async function lookAtMirror({ name, title, upstreamUrl, fetchUrl, versions }: Looked, signal: AbortSignal) {
  const fix = `Try \`curl -I ${upstreamUrl}/.versions.json\` here; distributions.${name}.upstream_url names another mirror`;
  try {
    const { url, headers } = requestOf(`${fetchUrl}/.versions.json`);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const response = await fetch(url, { headers, signal: limit, redirect: "follow" });
    await response.body?.cancel();
    // Where the versions are said in YAML there needn't be such a file.
    if (response.ok || (response.status === 404 && versions.length > 0))
      return fine(`${title} is reached at ${upstreamUrl}`);
    return trouble(`${title}: ${upstreamUrl} answers with HTTP ${response.status} for its list of versions`, fix);
  } catch (error) {
    signal.throwIfAborted();
    const isLate = error instanceof Error && error.name === "TimeoutError";
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : null;
    const why = isLate ? `doesn't answer within ${ANSWER_MS / 1_000} s` : "can't be reached";
    return trouble(`${title}: ${upstreamUrl} ${why}`, fix, cause);
  }
}

/** A user name and password go where they belong: in the header. */
function requestOf(address: string): { url: URL; headers: Record<string, string> } {
  const url = new URL(address);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  if (username === "") return { url, headers: {} };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } };
}

export interface ReadingsOf {
  distribution: string;
  total: number;
  verified: number;
  /** By code: how many, and the sentence of one of them. */
  troubles: readonly { code: string; count: number; sentence: string }[];
}

/** How what was read of each distribution is: refused for its signature, or old since the mirror doesn't give it. */
export async function lookAtReadings(kysely: Kysely<Tables>): Promise<Finding[]> {
  const counts = await kysely
    .selectFrom("resource")
    .select((row) => [
      "distribution",
      row.fn.countAll<number>().as("total"),
      sql<number>`count(*) filter (where trust = 'verified')`.as("verified"),
    ])
    .groupBy("distribution")
    .orderBy("distribution")
    .execute();
  const troubles = await kysely
    .selectFrom("resource")
    .select((row) => [
      "distribution",
      "trouble_code as code",
      row.fn.countAll<number>().as("count"),
      row.fn.min("trouble_sentence").as("sentence"),
    ])
    .where("trouble_code", "is not", null)
    .groupBy(["distribution", "trouble_code"])
    .orderBy("trouble_code")
    .execute();
  if (counts.length === 0) return [warning("Nothing has been read of any distribution yet", "pawl init")];
  return counts.flatMap((count) => {
    const own = troubles.filter(({ distribution }) => distribution === count.distribution);
    const told = own.map(({ code, count, sentence }) => ({ code: code ?? "", count, sentence: sentence ?? "" }));
    return assessReadings({ ...count, troubles: told });
  });
}

/** Pure. */
export function assessReadings({ distribution, total, verified, troubles }: ReadingsOf): Finding[] {
  if (troubles.length === 0) {
    return [fine(`Of ${distribution}, ${counted(total, "file")} read, none in trouble; ${verified} signed`)];
  }
  return troubles.map(({ code, count, sentence }) => {
    const isRefused = code.startsWith("signature");
    const title = `Of ${distribution}, ${count} of ${counted(total, "file")} ${isRefused ? "refused" : "not read anew"}: ${code}`;
    const fix = "pawl catalog list shows since when; pawl catalog refresh tries again";
    return (isRefused ? trouble : warning)(title, fix, sentence);
  });
}
