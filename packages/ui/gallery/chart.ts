import { html } from "lit";
import type { ChartSpec } from "../elements/chart/chart-spec.ts";
import "../elements/pawl-chart.ts";
import type { GalleryEntry } from "./entry.ts";

const DAYS: ChartSpec = {
  kind: "columns",
  labelTitle: "Day",
  labels: Array.from({ length: 30 }, (_, index) => `${index + 1}`),
  series: [
    {
      label: "From the store",
      tone: "quiet",
      values: Array.from({ length: 30 }, (_, index) => 200 + ((index * 53) % 90)),
    },
    { label: "Built", tone: "accent", values: Array.from({ length: 30 }, (_, index) => 80 + ((index * 31) % 50)) },
    { label: "Failed", tone: "danger", values: Array.from({ length: 30 }, (_, index) => (index * 7) % 11) },
  ],
  format: String,
};
const NAMES: ChartSpec = {
  kind: "bars",
  labelTitle: "Package",
  labels: ["luci", "wireguard-tools", "luci-i18n-a-package-with-a-very-long-name-zh-cn", "htop"],
  series: [{ label: "Builds", tone: "accent", values: [4_120, 1_980, 640, 12] }],
  format: (value) => value.toLocaleString("en"),
};

export const chart: GalleryEntry = {
  kind: "element",
  element: "pawl-chart",
  about: "Figures as a chart, and as a table",
  height: 480,
  states: {
    columns: () => html`<pawl-chart name="Builds of 30 days" .spec=${DAYS}></pawl-chart>`,
    bars: () => html`<pawl-chart name="What people ask for" .spec=${NAMES}></pawl-chart>`,
    "on their way": () => html`<pawl-chart name="Builds of 30 days" .spec=${null}></pawl-chart>`,
    none: () =>
      html`<pawl-chart name="Builds of 30 days" .spec=${{ ...NAMES, labels: [], series: [] }} empty="Nothing was built yet"></pawl-chart>`,
  },
};
