import { css } from "lit";

/**
 * The look, as custom properties that a foreign page may set on any element around ours: `--pawl-accent: #c60`. Whatever
 * isn't set follows the page's `color-scheme`. Inside, only the names without `pawl-` are used.
 */
export const tokens = css`
  :host {
    --accent: var(--pawl-accent, light-dark(oklch(0.5 0.095 195), oklch(0.76 0.11 195)));
    --on-accent: var(--pawl-on-accent, light-dark(#fff, oklch(0.2 0.03 195)));
    --surface: var(--pawl-surface, light-dark(#fff, oklch(0.22 0.008 220)));
    --surface-2: var(--pawl-surface-2, light-dark(oklch(0.97 0.004 220), oklch(0.27 0.01 220)));
    --text: var(--pawl-text, light-dark(oklch(0.24 0.015 220), oklch(0.94 0.005 220)));
    --text-quiet: var(--pawl-text-quiet, light-dark(oklch(0.48 0.015 220), oklch(0.74 0.01 220)));
    --line: var(--pawl-line, light-dark(oklch(0.89 0.008 220), oklch(0.36 0.012 220)));
    --line-strong: var(--pawl-line-strong, light-dark(oklch(0.62 0.012 220), oklch(0.6 0.012 220)));
    --ok: var(--pawl-ok, light-dark(oklch(0.5 0.11 150), oklch(0.78 0.13 150)));
    --warn: var(--pawl-warn, light-dark(oklch(0.5 0.11 70), oklch(0.82 0.13 80)));
    --danger: var(--pawl-danger, light-dark(oklch(0.52 0.18 27), oklch(0.74 0.15 25)));
    --radius: var(--pawl-radius, 10px);
    --radius-control: calc(var(--radius) * 0.8);
    --font: var(--pawl-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
    --font-mono: var(--pawl-font-mono, ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace);
    --shadow: 0 1px 2px light-dark(rgb(0 0 0 / 0.06), rgb(0 0 0 / 0.4)), 0 8px 24px light-dark(rgb(0 0 0 / 0.08), rgb(0 0 0 / 0.4));
  }
`;
