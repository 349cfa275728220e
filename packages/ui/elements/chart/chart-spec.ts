export type ChartTone = "accent" | "quiet" | "danger" | "warn" | "ok";

export interface ChartSeries {
  label: string;
  values: readonly number[];
  tone: ChartTone;
}

/** What a chart shows; the same figures stand in its table. */
export interface ChartSpec {
  /** Columns stand beside each other, as days do; bars lie below each other, as names do. */
  kind: "columns" | "bars";
  /** What the labels are: `Day`, `Package`. */
  labelTitle: string;
  labels: readonly string[];
  /** Of a label, where it leads somewhere. */
  hrefs?: readonly string[];
  /** On top of each other. */
  series: readonly ChartSeries[];
  /** A value as words. */
  format: (value: number) => string;
  /** More columns of the table only. */
  more?: readonly { label: string; values: readonly string[] }[];
}
