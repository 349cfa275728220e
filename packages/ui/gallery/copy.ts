import { html } from "lit";
import "../elements/pawl-copy.ts";
import type { GalleryEntry } from "./entry.ts";

export const copy: GalleryEntry = {
  kind: "element",
  element: "pawl-copy",
  about: "Copies a text",
  isInline: true,
  states: {
    labelled: () => html`<pawl-copy .text=${"what is copied"} label="Copy report"></pawl-copy>`,
    bare: () => html`<pawl-copy .text=${"what is copied"} label="Copy sha256" bare></pawl-copy>`,
  },
};
