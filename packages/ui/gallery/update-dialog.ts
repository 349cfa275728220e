import { html } from "lit";
import { ref } from "lit/directives/ref.js";
import { PawlUpdateDialog } from "../elements/pawl-update-dialog.ts";
import { DEVICE_SCENARIOS, type DeviceScenario } from "../stand-in/device/scenarios.ts";
import type { GalleryEntry } from "./entry.ts";
import { liveAppOn } from "./live-app-on.ts";

const show = (element?: Element) => element instanceof PawlUpdateDialog && element.show();

export const updateDialog: GalleryEntry = {
  kind: "element",
  element: "pawl-update-dialog",
  about: "What is new, the update as it goes on, and how it ended",
  states: Object.fromEntries(
    (Object.keys(DEVICE_SCENARIOS) as DeviceScenario[]).map((scenario) => [
      scenario,
      () =>
        html`<pawl-update-dialog .app=${liveAppOn(scenario)} name="Kitchen dashboard" ${ref(show)}></pawl-update-dialog>`,
    ]),
  ),
};
