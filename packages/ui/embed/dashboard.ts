// What a dashboard of somebody else's does with the chip: takes it along in its own refresh, and hears of changes.
import type { ChipEvent, PawlUpdateChip } from "../elements/pawl-update-chip.ts";

const heard = document.querySelector("output");

document.querySelector(".refresh")?.addEventListener("click", () => {
  for (const chip of document.querySelectorAll<PawlUpdateChip>("pawl-update-chip")) chip.refresh();
});
document.addEventListener("pawl-update-state", (event) => {
  const { detail, target } = event as ChipEvent;
  const app = (target as PawlUpdateChip).appName || "the app";
  if (heard) heard.textContent = `${app} is ${detail.name}: ${detail.words}`;
});
