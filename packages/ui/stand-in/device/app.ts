import { type Chosen, chosen, type Defaults } from "@pawl/device/update/chosen";
import { statusOf } from "@pawl/device/update/status";
import {
  type ApplyRecord,
  type Failure,
  FetchRecord,
  type Outcome,
  type Progress,
  Settings,
  type Sha256,
  type Status,
} from "@pawl/protocol";
import { type Versioning, versionings } from "@pawl/protocol/versioning";
import type { Clock } from "../clock.ts";
import type { Run } from "../run.ts";
import { Feed } from "./feed.ts";
import type { Offered } from "./releases.ts";

/** What an app's source would say. */
export interface Source {
  address: string;
  channels: string[];
  /** By channel; a channel that isn't here has nothing. */
  offers: Readonly<Record<string, Offered>>;
  /** Why it can't be asked. */
  trouble: Failure | null;
}

/** A release that is on the device. */
export interface InPlace {
  version: string;
  manifest_sha256: Sha256 | null;
  commit: string | null;
}

/** How the next update ends: null as it should, else with a failure in a phase. */
export type Fate = { phase: string; failure: Failure } | null;

/** One app of the stand-in: a device's own records, and what the world around it would do. */
export class App {
  readonly name: string;
  readonly title: string;
  readonly clock: Clock;
  feed = new Feed();
  versioning: Versioning = versionings.semver;
  defaults: Defaults = { channel: "stable", auto: { check: true, time: "04:20", install: false } };
  source: Source;
  fate: Fate = null;
  /** How many lines more an update writes than it has to say. */
  chatter = 0;
  /** An update begins elsewhere just before the owner begins one. */
  beaten = false;

  installed: InPlace | null = { version: "2.3.1", manifest_sha256: null, commit: null };
  /** What one can go back to, the newest first. */
  kept: InPlace[] = [{ version: "2.2.5", manifest_sha256: null, commit: null }];
  settings: Settings = Settings.parse({});
  fetch: FetchRecord = FetchRecord.parse(NOTHING_FETCHED);
  apply: ApplyRecord = NOTHING_APPLIED;
  /** The newest first. */
  history: Outcome[] = [];
  progress: Progress | null = null;
  run: Run | null = null;

  constructor(parts: { name: string; title: string; clock: Clock; source: Source }) {
    this.name = parts.name;
    this.title = parts.title;
    this.clock = parts.clock;
    this.source = parts.source;
  }

  /** Said by the very function that a device says it with. */
  status(): Status {
    const { fetch, apply, progress, versioning, installed, kept } = this;
    const backup = kept[0] ? { version: kept[0].version, path: `/var/lib/pawl/${this.name}/backups` } : null;
    const chosen = this.chosen();
    const now = this.clock.now();
    return statusOf({ chosen, now, versioning, fetch, apply, current: installed, backup, progress });
  }

  chosen(): Chosen {
    return chosen(this.defaults, this.settings);
  }

  /** The newest of a channel, by its source. */
  newest(channel: string): Offered | null {
    return this.source.offers[channel] ?? null;
  }

  /** As if none had ever been. */
  forgetUpdates(): void {
    this.history = [];
    this.feed = new Feed();
    this.apply = NOTHING_APPLIED;
    this.settings = { ...this.settings, seen: null };
  }

  /** An update that can't give way to another. */
  isBusy(): boolean {
    const { state, phase } = this.status();
    return state === "installing" && phase !== "waiting";
  }
}

const NOTHING_APPLIED: ApplyRecord = { engine: { status: "idle" }, last: null, refused: [] };
const NOTHING_FETCHED = {
  engine: { status: "idle", shows: "idle" },
  release: null,
  last_checked: null,
  failure: null,
  last: null,
};
