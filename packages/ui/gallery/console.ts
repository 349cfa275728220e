import { html, LitElement } from "lit";
import { ref } from "lit/directives/ref.js";
import { until } from "lit/directives/until.js";
import "../console/pawl-health.ts";
import "../console/pawl-token-maker.ts";
import { type MayAsk, readHealth } from "../data/console-reads.ts";
import { serverClient } from "../data/server.ts";
import "../elements/table/pawl-filters.ts";
import type { FilterField } from "../elements/table/pawl-filters.ts";
import "../elements/table/pawl-pager.ts";
import type { ServerScenario } from "../stand-in/server/scenarios.ts";
import { serverStandIn } from "../stand-in/server/server.ts";
import type { GalleryEntry } from "./entry.ts";

const SCENARIOS: readonly ServerScenario[] = [
  ...(["normal", "queue-long", "workers-gone", "worker-trouble", "catalog-trouble", "store-full", "empty"] as const),
];

export const health: GalleryEntry = {
  kind: "element",
  element: "pawl-health",
  about: "Whether a server is well, and why not",
  height: 420,
  states: {
    asking: () => html`<pawl-health></pawl-health>`,
    old: () => healthOf("normal", { workers: true, clients: true }, Date.now() - 300_000),
    "signed out": () => healthOf("normal", { workers: false, clients: false }),
    ...Object.fromEntries(SCENARIOS.map((name) => [name, () => healthOf(name, { workers: true, clients: true })])),
  },
};

function healthOf(scenario: ServerScenario, may: MayAsk, oldFrom: number | null = null) {
  const client = serverClient({ url: location.origin, token: "pawl_stand-in", fetch: serverStandIn(scenario) });
  const shown = readHealth(client, may, AbortSignal.timeout(10_000)).then(
    (sources) => html`<pawl-health .sources=${sources} .oldFrom=${oldFrom}></pawl-health>`,
  );
  return html`${until(shown)}`;
}

const MADE = { name: "dashboard", token: "pawl_kitchen-1234567890abcdefghijklmnopqrstuvwxyz" };

export const tokenMaker: GalleryEntry = {
  kind: "element",
  element: "pawl-token-maker",
  about: "Makes a token, and shows it this once",
  height: 420,
  states: {
    folded: () => html`<pawl-token-maker></pawl-token-maker>`,
    asking: () => html`<pawl-token-maker .isAsking=${true} ${ref(unfold)}></pawl-token-maker>`,
    refused: () =>
      html`<pawl-token-maker .trouble=${"There is a token of this name."} ${ref(unfold)}></pawl-token-maker>`,
    made: () => html`<pawl-token-maker .made=${MADE}></pawl-token-maker>`,
  },
};

async function unfold(element?: Element): Promise<void> {
  if (!(element instanceof LitElement)) return;
  await element.updateComplete;
  element.renderRoot.querySelector("details")?.toggleAttribute("open", true);
}

const FIELDS: readonly FilterField[] = [
  { kind: "text", name: "query", label: "Search" },
  { kind: "choice", name: "state", label: "State", options: [{ value: "failed", label: "failed" }] },
  { kind: "fixed", name: "target", label: "Target" },
];

export const filters: GalleryEntry = {
  kind: "element",
  element: "pawl-filters",
  about: "What a list is narrowed down by",
  height: 260,
  states: {
    none: () => html`<pawl-filters .fields=${FIELDS}></pawl-filters>`,
    some: () =>
      html`<pawl-filters .fields=${FIELDS} .values=${{ query: "archer", state: "failed", target: "ath79/generic" }}></pawl-filters>`,
  },
};

export const pager: GalleryEntry = {
  kind: "element",
  element: "pawl-pager",
  about: "How much a list has, and its other pages",
  height: 120,
  states: {
    "on their way": () => html`<pawl-pager></pawl-pager>`,
    one: () => html`<pawl-pager .total=${1}></pawl-pager>`,
    first: () => html`<pawl-pager .total=${602} .nextHref=${"#next"}></pawl-pager>`,
    "a later one": () => html`<pawl-pager .total=${null} .firstHref=${"#first"} .nextHref=${"#next"}></pawl-pager>`,
  },
};
