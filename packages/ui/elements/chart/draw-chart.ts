import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from "chart.js";
import type { ChartSpec } from "./chart-spec.ts";
import type { ChartColors } from "./colors.ts";
import { tickLines } from "./tick-lines.ts";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** Names may take so much of the width; a letter takes about that, in pixels. */
const NAMES_SHARE = 0.42;
const LETTER_PX = 7.2;
const mostCharacters = ({ clientWidth }: HTMLCanvasElement) =>
  Math.max(8, Math.floor((clientWidth * NAMES_SHARE) / LETTER_PX));

export interface DrawnChart {
  destroy(): void;
}

/** Draws it, in the look's colours. */
export function drawChart(canvas: HTMLCanvasElement, spec: ChartSpec, colors: ChartColors, font: string): DrawnChart {
  const isLying = spec.kind === "bars";
  const ticks = { color: colors.text, font: { family: font, size: 13 } };
  const values = {
    stacked: true,
    beginAtZero: true,
    border: { display: false },
    grid: { color: colors.line },
    ticks: {
      ...ticks,
      precision: 0,
      maxTicksLimit: isLying && canvas.clientWidth < 480 ? 3 : 5,
      callback: (value: string | number) => spec.format(Number(value)),
    },
  };
  const names = {
    stacked: true,
    border: { color: colors.line },
    grid: { display: false },
    ticks: {
      ...ticks,
      autoSkip: !isLying,
      maxRotation: 0,
      autoSkipPadding: 16,
      ...(isLying && {
        callback: (_: unknown, index: number) => tickLines(spec.labels[index] ?? "", mostCharacters(canvas)),
      }),
    },
  };
  return new Chart(canvas, {
    type: "bar",
    data: {
      labels: [...spec.labels],
      datasets: spec.series.map(({ label, values: data, tone }) => ({
        label,
        data: [...data],
        backgroundColor: colors[tone],
        hoverBackgroundColor: colors[tone],
        borderRadius: 2,
        maxBarThickness: 28,
      })),
    },
    options: {
      indexAxis: isLying ? "y" : "x",
      maintainAspectRatio: false,
      // Figures that move say nothing more.
      animation: false,
      interaction: { mode: "index", axis: isLying ? "y" : "x", intersect: false },
      scales: isLying ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        tooltip: {
          titleFont: { family: font },
          bodyFont: { family: font },
          callbacks: {
            label: ({ dataset, raw }) => `${dataset.label ?? ""}: ${spec.format(Number(raw))}`,
          },
        },
      },
    },
  });
}
