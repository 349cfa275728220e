import { FAILURE_CODES, failure } from "@pawl/protocol";
import { html } from "lit";
import { ApiFailure } from "../data/failure.ts";
import "../elements/update/pawl-update-failure.ts";
import "../elements/update/pawl-update-refused.ts";
import type { GalleryEntry } from "./entry.ts";

const AGAIN = new Date(Date.now() + 8 * 60 * 60_000).toISOString();

/** As a device says it: in a sentence, with what is known besides. */
const FIELDS = {
  version: "2.4.0",
  phase: "staging",
  path: "/var/lib/pawl/kitchen",
  needed_bytes: 120_000_000,
  free_bytes: 82_000_000,
  detail: "the program said: exit status 1",
} as const;

const EACH = FAILURE_CODES.map((code) => failure(code, `The device's own sentence about ${code}.`, FIELDS));

export const updateRefused: GalleryEntry = {
  kind: "element",
  element: "pawl-update-refused",
  about: "That the device doesn't answer this page",
  height: 200,
  states: {
    "no token": () => html`<pawl-update-refused .failure=${new ApiFailure("unauthorized", "")}></pawl-update-refused>`,
    "nowhere to sign in": () =>
      html`<pawl-update-refused
        .failure=${new ApiFailure("unauthorized", "")}
        .isElsewhere=${true}
      ></pawl-update-refused>`,
    "a Wi-Fi's page": () =>
      html`<pawl-update-refused .failure=${new ApiFailure("not_the_server", "")}></pawl-update-refused>`,
  },
};

export const updateFailure: GalleryEntry = {
  kind: "element",
  element: "pawl-update-failure",
  about: "Why a check or an update didn't work, for each code that a device has",
  states: {
    "of-an-update": () =>
      html`${EACH.map(
        (each) => html`<pawl-update-failure
          .headline=${each.code}
          .failure=${each}
          .ended=${{ result: "failed", kind: "install", from: "2.3.1", to: "2.4.0", failure: each }}
        ></pawl-update-failure>`,
      )}`,
    "of-a-check": () =>
      html`${EACH.slice(0, 6).map(
        (each) => html`<pawl-update-failure
          .headline=${each.code}
          .failure=${{ ...each, phase: null }}
          .nextRun=${AGAIN}
        ></pawl-update-failure>`,
      )}`,
  },
};
