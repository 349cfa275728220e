import type { ChartTone } from "./chart-spec.ts";

export type ChartColors = Readonly<Record<ChartTone | "text" | "line", string>>;

const NAMES: Readonly<Record<keyof ChartColors, string>> = {
  accent: "--accent",
  quiet: "--line-strong",
  danger: "--danger",
  warn: "--warn",
  ok: "--ok",
  text: "--text-quiet",
  line: "--line",
};

/** The look's colours as `rgb()`: the library mixes them, and knows neither `oklch()` nor `light-dark()`. */
export function chartColors(host: Element): ChartColors {
  const probe = document.createElement("span");
  host.shadowRoot?.append(probe);
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colors = Object.fromEntries(
    Object.entries(NAMES).map(([name, property]) => {
      probe.style.color = `var(${property})`;
      return [name, toRgb(getComputedStyle(probe).color, pen)];
    }),
  );
  probe.remove();
  return colors as ChartColors;
}

function toRgb(color: string, pen: CanvasRenderingContext2D | null): string {
  if (!pen) return color;
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return `rgb(${red} ${green} ${blue})`.replaceAll(" ", ", ");
}
