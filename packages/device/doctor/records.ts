import { existsSync } from "node:fs";
import { ApplyRecord, FetchRecord, Settings } from "@pawl/protocol";
import * as z from "zod";
import { Outbox } from "../notices/outbox.ts";
import { type AppPaths, devicePaths } from "../store/paths.ts";
import { jsonOrNull } from "../store/record.ts";
import { readUntrusted } from "../store/untrusted-file.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/** Who uses it sees more in it; here it is enough that it is whole. */
const Anything = z.looseObject({});

/** Far more than any of them has, in bytes. */
const MAX_BYTES = 32 * 1024 * 1024;

/** A file of state, and what has to be in it. */
interface RecordKind {
  path: string;
  schema: { safeParse(value: unknown): { success: boolean } };
}

/** The records of an app. */
export function recordsOf({ api, apply }: AppPaths): RecordKind[] {
  return [
    { path: api.state, schema: FetchRecord },
    { path: api.settings, schema: Settings },
    { path: api.notices, schema: Outbox },
    { path: apply.state, schema: ApplyRecord },
    { path: apply.installed, schema: Anything },
  ];
}

/** Whether records can be understood, and whether one couldn't be and was put aside. */
export async function lookAtRecords(records: readonly RecordKind[]): Promise<Finding[]> {
  const findings = await Promise.all(records.map(lookAtRecord));
  const wrong = findings.flat();
  return wrong.length > 0 ? wrong : [fine("The records can be read")];
}

/** The file that says who may call the API: when it can't be read, nobody may. */
export async function lookAtTokens(stateDir: string): Promise<Finding[]> {
  const { tokens } = devicePaths(stateDir);
  if ((await stateOf(tokens, Anything)) !== "damaged") return [];
  const fix = `Repair it, or remove it and make the tokens anew: rm ${tokens}; pawl token create NAME`;
  return [trouble(`${tokens} can't be understood, so nobody can sign in`, fix)];
}

/** Whether anybody has a token, by a file that may be another user's; true also where this user may not look. */
export async function hasTokens(stateDir: string): Promise<boolean> {
  try {
    const bytes = await readUntrusted(devicePaths(stateDir).tokens, MAX_BYTES);
    const value = jsonOrNull(bytes?.toString("utf8") ?? "") as { tokens?: unknown } | null;
    return Array.isArray(value?.tokens) && value.tokens.length > 0;
  } catch (error) {
    return isHidden(error);
  }
}

async function lookAtRecord({ path, schema }: RecordKind): Promise<Finding[]> {
  const findings: Finding[] = [];
  const state = await stateOf(path, schema);
  if (state === "damaged") {
    findings.push(
      warning(
        `${path} can't be understood and counts for nothing`,
        `Look at it; Pawl begins a new one: mv ${path} ${path}.damaged`,
      ),
    );
  }
  if (state === "hidden") findings.push(warning(`This user may not read ${path}`, "sudo pawl doctor"));
  const aside = `${path}.damaged`;
  if (existsSync(aside)) {
    const fix = `Nothing needs it. Look at it if you want to know why, then: rm ${aside}`;
    findings.push(warning(`A record couldn't be read once and was put aside as ${aside}; a new one was begun`, fix));
  }
  return findings;
}

async function stateOf(path: string, schema: RecordKind["schema"]): Promise<"missing" | "fine" | "damaged" | "hidden"> {
  try {
    const bytes = await readUntrusted(path, MAX_BYTES);
    if (bytes === null) return "missing";
    return schema.safeParse(jsonOrNull(bytes.toString("utf8"))).success ? "fine" : "damaged";
  } catch (error) {
    return isHidden(error) ? "hidden" : "damaged";
  }
}

function isHidden(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && "code" in cause && (cause.code === "EACCES" || cause.code === "EPERM");
}
