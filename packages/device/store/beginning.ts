import { AppConfig, Update } from "@pawl/protocol";
import * as z from "zod";
import { readTextIfThere, writeFileWhole } from "./atomic-file.ts";
import { jsonOrNull } from "./record.ts";

/** What an update began with. It is finished with the same, whatever becomes of `pawl.yaml` meanwhile. */
const Beginning = z.object({ update: Update, app: AppConfig, hooks_dir: z.string() });
export type Beginning = z.infer<typeof Beginning>;

const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/**
 * Notes what an update begins with. Its name is safe on the disk with the record that says so, which is written next and into
 * the same folder. For root's eyes: an address may hold a password.
 */
export async function saveBeginning(path: string, { update, app, hooks_dir }: Beginning): Promise<void> {
  await writeFileWhole(path, `${JSON.stringify({ update, app: asWritten(app), hooks_dir }, null, 2)}\n`, 0o600);
}

/** What the newest update began with; null when that isn't known, or can't be read. */
export async function readBeginning(path: string): Promise<Beginning | null> {
  const text = await readTextIfThere(path).catch(() => null);
  return Beginning.safeParse(jsonOrNull(text ?? "")).data ?? null;
}

/** As it could stand in `pawl.yaml`, so that the same schema reads it. */
function asWritten(app: AppConfig): z.input<typeof AppConfig> {
  const { auto, health, ...rest } = app;
  return {
    ...rest,
    auto: { ...auto, jitter: durationText(auto.jitter) },
    health: health.map((one) => ({ ...one, within: durationText(one.within), steady: durationText(one.steady) })),
  };
}

/** In the largest unit that says it exactly: what was written had no more digits. */
function durationText(ms: number): string {
  const [unit, length] = Object.entries(UNITS_MS).find(([, length]) => ms % length === 0) ?? ["ms", 1];
  return `${ms / length}${unit}`;
}
