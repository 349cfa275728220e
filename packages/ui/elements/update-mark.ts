import { css, html, svg, type TemplateResult } from "lit";
import { ArrowUp, Check, CircleAlert, Clock, CloudOff, LoaderCircle, Lock, Package, Undo2 } from "lucide";
import type { ChipState } from "../data/chip-state.ts";
import { icon } from "../look/icon.ts";

/** The icon of how an app's updates stand; a ring that fills where it is known how far the update is. */
export function updateMark({ icon: name, percent }: Pick<ChipState, "icon" | "percent">): TemplateResult {
  if (name === "ring") return percent === undefined ? turning() : ring(percent);
  if (name === "spinner") return turning();
  return icon(ICONS[name]);
}

const ICONS = {
  check: Check,
  clock: Clock,
  "arrow-up": ArrowUp,
  undo: Undo2,
  alert: CircleAlert,
  "cloud-off": CloudOff,
  lock: Lock,
  box: Package,
};

const turning = () => html`<span class="turning">${icon(LoaderCircle)}</span>`;

function ring(percent: number): TemplateResult {
  return html`<svg class="ring" width="20" height="20" viewBox="0 0 20 20" fill="none" stroke-width="2.5" aria-hidden="true">
    <circle cx="10" cy="10" r="8"></circle>
    ${svg`<circle class="part" cx="10" cy="10" r="8" pathLength="100" stroke-dasharray="${percent} 100"></circle>`}
  </svg>`;
}

/** The colour is the tone's: `class="mark accent"` around it. */
export const markLook = css`
  .mark {
    display: inline-flex;
    flex: none;
    color: var(--text-quiet);
  }
  .mark.accent {
    color: var(--accent);
  }
  .mark.warn {
    color: var(--warn);
  }
  .mark.danger {
    color: var(--danger);
  }
  .ring circle {
    stroke: color-mix(in oklch, currentColor 22%, transparent);
  }
  .ring .part {
    stroke: currentColor;
    stroke-linecap: round;
    transform: rotate(-90deg);
    transform-origin: center;
    transition: stroke-dasharray 0.3s linear;
  }
`;
