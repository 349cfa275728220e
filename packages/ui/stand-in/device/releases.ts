import { Release } from "@pawl/protocol";
import type { DeviceSchemas } from "../../data/device.ts";
import { Chance } from "../chance.ts";

type Change = DeviceSchemas["Change"];

const DAY_MS = 24 * 60 * 60_000;

/** What a source offers of one channel: the newest first. */
export interface Offered {
  release: Release;
  /** As `changelog` has them. */
  changes: Change[];
}

const NOTES = `### New

- **Pictures of the kitchen** on the start page, from any camera that speaks RTSP
- The shopping list can be sorted by shop; see [the manual](https://kitchen.example/manual/shopping-list)
- \`backup_hour\` may be any hour of the day

### Repaired

1. The clock was an hour late after the night in which clocks go forward
2. Long names of recipes don't push the buttons off the page any more

> Have you set \`theme: old\`? It is gone; the page follows your system now.

| | 2.3 | 2.4 |
|---|---|---|
| Start | 4.1 s | 1.9 s |
| Memory | 96 MB | 71 MB |
`;

const OLDER_NOTES =
  "- Recipes can be printed\n- A device without a clock of its own asks the network for the time first\n";

/** Notes of somebody who means harm: nothing of it may run, nor load anything. */
export const HOSTILE_NOTES = `### Very good news

<img src="https://evil.example/pixel.gif" onerror="globalThis.wasRun = true">
<script>globalThis.wasRun = true</script>
<svg onload="globalThis.wasRun = true"></svg>
<style>* { display: none !important }</style>
<iframe src="https://evil.example/"></iframe>

![a picture](https://evil.example/pixel.gif "title")
[a link](javascript:globalThis.wasRun=true) and [another](data:text/html,<script>globalThis.wasRun=true</script>)

<form action="https://evil.example/"><input name="token"><button>Sign in again</button></form>
<a href="https://example.com/" onclick="globalThis.wasRun = true" style="position:fixed;inset:0">everywhere</a>
`;

export interface ReleaseWords {
  version: string;
  notes?: string | null;
  title?: string | null;
  channel?: string;
  daysAgo?: number;
  sizeBytes?: number | null;
  commit?: string | null;
}

/** A release as the check of a real device finds it. */
export function releaseOf(words: ReleaseWords, now: Date): Release {
  const { version, notes = NOTES, title = null, channel = "stable", daysAgo = 2, commit = null } = words;
  const { sizeBytes = commit ? null : 14_200_000 } = words;
  const isCommit = commit !== null;
  return Release.parse({
    version,
    channel,
    commit,
    manifest_sha256: isCommit ? null : new Chance(version.length).hex(64),
    manifest_url: isCommit ? null : `https://updates.kitchen.example/${version}/manifest.json`,
    signature_url: null,
    bundle_url: isCommit ? null : `https://updates.kitchen.example/${version}/bundle.tar.zst`,
    size_bytes: sizeBytes,
    unpacked_bytes: sizeBytes && sizeBytes * 3,
    title,
    notes,
    notes_url: isCommit ? null : `https://kitchen.example/releases/${version}`,
    published_at: new Date(now.getTime() - daysAgo * DAY_MS).toISOString(),
  });
}

/** Releases, the newest first, as `changelog` shows them. */
export function offeredReleases(newest: Release, now: Date): Offered {
  const older = releaseOf({ version: "2.3.2", notes: OLDER_NOTES, title: "A small one in between", daysAgo: 16 }, now);
  return { release: newest, changes: [newest, older].map(asChange) };
}

function asChange({ version, title, notes, published_at, notes_url }: Release): Change {
  const sha = { sha: version, short_sha: version };
  return { ...sha, title: title ?? version, body: notes ?? "", author: "", date: published_at, url: notes_url };
}
