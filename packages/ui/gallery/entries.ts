import { buildSteps } from "./build-steps.ts";
import { chart } from "./chart.ts";
import { filters, health, pager } from "./console.ts";
import { copy } from "./copy.ts";
import type { GalleryEntry } from "./entry.ts";
import { buildBar, buildRun, delay, deviceSearch, imageOptions, packageChoice } from "./image-builder.ts";
import { log } from "./log.ts";
import { notes } from "./notes.ts";
import { pages } from "./pages.ts";
import { table } from "./table.ts";
import { updateChip } from "./update-chip.ts";
import { updateDialog } from "./update-dialog.ts";
import { updateFailure } from "./update-failure.ts";

/** What the gallery shows, in this order. */
export const entries: readonly GalleryEntry[] = [
  updateChip,
  updateDialog,
  updateFailure,
  notes,
  buildSteps,
  deviceSearch,
  packageChoice,
  imageOptions,
  buildBar,
  buildRun,
  delay,
  log,
  table,
  filters,
  pager,
  chart,
  health,
  copy,
  ...pages,
];
