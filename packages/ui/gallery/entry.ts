import type { TemplateResult } from "lit";

/** An element of ours in each of its states. To add one: a file here, and a line in entries.ts. */
export type GalleryEntry = ElementEntry | PageEntry;

interface ElementEntry {
  kind: "element";
  /** Its tag. */
  element: string;
  /** What it is, in half a sentence. */
  about: string;
  /** It stands in a line of text; all others have a page of their own, in which they may do what they like. */
  isInline?: boolean;
  /** How high it is shown among the others, in CSS pixels. Default: as a phone or a desk has it. */
  height?: number;
  /** By their names, in the order in which they are shown. */
  states: Readonly<Record<string, () => TemplateResult>>;
}

/** A whole page, which asks the stand-in over the network as it asks a program. */
export interface PageEntry {
  kind: "page";
  element: string;
  about: string;
  /** What the browser keeps for the session, as after an earlier visit. */
  kept?: Readonly<Record<string, string>>;
  /** State → address in the development server. */
  states: Readonly<Record<string, string>>;
}
