import { html } from "lit";
import "../elements/pawl-update-chip.ts";
import type { DeviceScenario } from "../stand-in/device/scenarios.ts";
import type { GalleryEntry } from "./entry.ts";
import { liveAppOn } from "./live-app-on.ts";

/** Every row of the chip's table. */
const STATES: readonly DeviceScenario[] = [
  ...(["up-to-date", "never-checked", "stale", "checking", "waiting", "available", "available-long"] as const),
  ...(["installing", "unpacking", "restarting", "health-check", "rolling-back", "done", "went-back"] as const),
  ...(["rolled-back", "power-lost", "failed-download", "disk-full", "signature", "offline", "rate-limited"] as const),
  ...(["skipped", "older", "nothing-installed", "unauthorized", "slow", "unreachable"] as const),
];

export const updateChip: GalleryEntry = {
  kind: "element",
  element: "pawl-update-chip",
  about: "How an app's updates stand, in a dashboard's corner",
  isInline: true,
  states: Object.fromEntries(
    STATES.map((scenario) => [
      scenario,
      () => html`<pawl-update-chip .app=${liveAppOn(scenario)} name="Kitchen dashboard"></pawl-update-chip>`,
    ]),
  ),
};
