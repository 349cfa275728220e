import type { ServerSchemas } from "../../../data/server.ts";
import { Chance } from "../../chance.ts";
import { type Catalog, targetNamed } from "../catalog/catalog.ts";
import { packageSetOf } from "../catalog/package-set.ts";
import { resultOf } from "./result.ts";
import { type Beat, type Step, transcript } from "./transcript.ts";

type Build = ServerSchemas["Build"];
type Failure = ServerSchemas["BuildFailure"];
type Line = ServerSchemas["BuildLogLine"];

/** A build that the server holds. What follows from its request is made when somebody asks. */
export interface Held {
  request: ServerSchemas["BuildRequest"];
  id: string;
  secret: string;
  state: Build["state"];
  step: Step | null;
  position: number | null;
  waitsFor: string | null;
  enqueuedAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  failure: Failure | null;
  steps: { step: Step; at: number }[];
  lines: Line[];
  worker: string | null;
  attempt: number;
  /** How many wait for it. */
  askers: number;
  /** It goes its way while one looks on; else it is as it was found. */
  isPlayed: boolean;
  /** How many lines more it writes than it has to say. */
  chatter: number;
}

export function newHeld(request: Held["request"], at: number): Held {
  const asked = JSON.stringify({ ...request, client: "", packages: [...request.packages].sort() });
  const seed = [...asked].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 11);
  const chance = new Chance(seed);
  return {
    ...{
      request,
      id: chance.hex(32),
      secret: chance.hex(32),
      state: "queued",
      step: null,
      position: 0,
      waitsFor: null,
    },
    ...{
      enqueuedAt: at,
      startedAt: null,
      finishedAt: null,
      failure: null,
      steps: [],
      lines: [],
      worker: null,
      isPlayed: false,
      chatter: 0,
      attempt: 1,
      askers: 1,
    },
  };
}

const WEEK_MS = 7 * 24 * 60 * 60_000;
const at = (ms: number) => new Date(ms).toISOString();
const orNull = (ms: number | null) => (ms === null ? null : at(ms));

/** What a build is in, and comes to, by the catalog. */
export function setOf(catalog: Catalog, { request }: Pick<Held, "request">): ServerSchemas["PackageSet"] {
  return packageSetOf(catalog, targetNamed(request.target, request.version), request);
}

export function beatsOf(catalog: Catalog, held: Held): Beat[] {
  const { version, target, profile } = held.request;
  const { failure, chatter } = held;
  return transcript({ version, target, profile, set: setOf(catalog, held), failure, chatter });
}

export function buildOf(catalog: Catalog, held: Held): Build {
  const { request, id, state, failure, finishedAt } = held;
  const { distribution, version, target, profile, packages, filesystem, rootfs_size_mb } = request;
  const named = { id, distribution, version, target, profile, packages, filesystem, rootfs_size_mb };
  const isDone = state === "done";
  return {
    ...named,
    state,
    has_defaults: request.defaults !== null,
    step: held.step,
    steps: held.steps.map(({ step, at: began }, index) => ({
      step,
      started_at: at(began),
      finished_at: orNull(held.steps[index + 1]?.at ?? finishedAt),
    })),
    position: state === "queued" ? held.position : null,
    waits_for: state === "queued" ? held.waitsFor : null,
    enqueued_at: at(held.enqueuedAt),
    started_at: orNull(held.startedAt),
    finished_at: orNull(finishedAt),
    expires_at: finishedAt === null ? null : at(finishedAt + WEEK_MS),
    failure: state === "failed" ? failure : null,
    result: isDone ? resultOf(named, targetNamed(target, version), setOf(catalog, held)) : null,
  };
}

export function listedOf(catalog: Catalog, held: Held): ServerSchemas["ListedBuild"] {
  const build = buildOf(catalog, held.state === "done" ? { ...held, state: "running" } : held);
  const { id, distribution, version, target, profile, packages, step, waits_for } = build;
  const { enqueued_at, started_at, finished_at, expires_at, failure } = build;
  const { worker, attempt, state } = held;
  return {
    ...{ id, state, distribution, version, target, profile, packages, step, waits_for, worker, attempt },
    ...{ enqueued_at, started_at, finished_at, expires_at },
    failure: failure && { code: failure.code, message: failure.message },
  };
}

/** Its output so far. Of one that nobody has seen at work, as it would have been. */
export function linesOf(catalog: Catalog, held: Held): readonly Line[] {
  if (held.isPlayed || held.lines.length > 0 || held.startedAt === null) return held.lines;
  const beats = beatsSoFar(catalog, held);
  const all = beats.reduce((sum, { ms }) => sum + ms, 0);
  const scale = ((held.finishedAt ?? catalog.now().getTime()) - held.startedAt) / all;
  let passed = held.startedAt;
  for (const { ms, line } of beats) {
    passed += ms * scale;
    if (line) held.lines.push({ ...line, number: held.lines.length, at: at(passed) });
  }
  return held.lines;
}

/** As far as its steps go. */
function beatsSoFar(catalog: Catalog, held: Held): Beat[] {
  const beats = beatsOf(catalog, held);
  const reached = new Set(held.steps.map(({ step }) => step));
  const end = beats.findIndex(({ step }) => step !== undefined && !reached.has(step));
  return end === -1 ? beats : beats.slice(0, end);
}
