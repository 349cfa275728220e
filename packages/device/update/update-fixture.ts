import {
  type ApplyRecord,
  type FetchRecord,
  type Outcome,
  type Refusal,
  type Release,
  Sha256,
  type Update,
} from "@pawl/protocol";

/** Made-up updates and what belongs to them; tests change the fields they are about. */
export const AT = "2026-03-01T12:00:00.000Z";
export const LATER = "2026-03-01T12:05:00.000Z";

export function sha(digit: string): Sha256 {
  return Sha256.parse(digit.repeat(64));
}

export function anUpdate(fields: Partial<Update> = {}): Update {
  return {
    id: "mm7k2a0aa-aaaaaa",
    kind: "install",
    from: "1.0.0",
    to: "1.1.0",
    channel: "stable",
    by_name: false,
    force: false,
    unattended: false,
    started_at: AT,
    resumed: false,
    bytes_downloaded: 0,
    ...fields,
  };
}

export function aRelease(fields: Partial<Release> = {}): Release {
  const version = fields.version ?? "1.1.0";
  return {
    version,
    channel: "stable",
    manifest_sha256: sha("a"),
    manifest_url: `https://updates.example.org/${version}/manifest.json`,
    signature_url: null,
    bundle_url: `https://updates.example.org/${version}/bundle.tar.gz`,
    commit: null,
    standing: null,
    bundle_id: null,
    bundle_sha256: null,
    size_bytes: 1000,
    unpacked_bytes: 2000,
    title: null,
    notes: null,
    notes_url: null,
    published_at: null,
    ...fields,
  };
}

export function anOutcome(fields: Partial<Outcome> = {}): Outcome {
  return {
    id: "mm7k2a0aa-aaaaaa",
    kind: "install",
    from: "1.0.0",
    to: "1.1.0",
    channel: "stable",
    started_at: AT,
    finished_at: LATER,
    result: "success",
    failure: null,
    bytes_downloaded: 0,
    resumed: false,
    ...fields,
  };
}

export function aRefusal(fields: Partial<Refusal> = {}): Refusal {
  return { version: "1.1.0", manifest_sha256: sha("a"), at: AT, reason: "it didn't work", ...fields };
}

export function fetchRecord(fields: Partial<FetchRecord> = {}): FetchRecord {
  return {
    engine: { status: "idle", shows: "idle" },
    release: null,
    last_checked: null,
    checked_channel: "stable",
    channels: [],
    failure: null,
    last: null,
    left_alone: [],
    ...fields,
  };
}

export function applyRecord(fields: Partial<ApplyRecord> = {}): ApplyRecord {
  return { engine: { status: "idle" }, last: null, refused: [], ...fields };
}
