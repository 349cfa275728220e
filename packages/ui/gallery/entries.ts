import { buildSteps } from "./build-steps.ts";
import { chart } from "./chart.ts";
import { filters, health, pager, tokenMaker } from "./console.ts";
import { copy } from "./copy.ts";
import type { GalleryEntry } from "./entry.ts";
import { buildBar, buildRun, delay, deviceSearch, imageOptions, packageChoice } from "./image-builder.ts";
import { log } from "./log.ts";
import { notes } from "./notes.ts";
import { pages } from "./pages.ts";
import { imageDiff, recentBuilds } from "./past-builds.ts";
import { table } from "./table.ts";
import { updateChip } from "./update-chip.ts";
import { updateDialog } from "./update-dialog.ts";
import { updateFailure, updateRefused } from "./update-failure.ts";

/** What the gallery shows, in this order. */
export const entries: readonly GalleryEntry[] = [
  updateChip,
  updateDialog,
  updateFailure,
  updateRefused,
  notes,
  buildSteps,
  deviceSearch,
  packageChoice,
  imageOptions,
  buildBar,
  buildRun,
  imageDiff,
  recentBuilds,
  delay,
  log,
  table,
  filters,
  pager,
  chart,
  health,
  tokenMaker,
  copy,
  ...pages,
];
