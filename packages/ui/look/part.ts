import { css } from "lit";
import { base } from "./base.ts";

/** What the parts of an update's dialog and of a device's page have in common, besides what all elements have. */
export const partLook = [
  base,
  css`
    :host {
      display: block;
      /* Between the frame and what is in it. */
      --inset: 24px;
    }
    .stack {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 16px;
    }
    .tight {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 4px;
    }
    .row {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 12px;
    }
    /* Stays in reach while what is above it is long. */
    .bar {
      position: sticky;
      /* Down into the padding of what scrolls. */
      bottom: -16px;
      z-index: 1;
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px 12px;
      margin: 0 calc(-1 * var(--inset));
      padding: 12px var(--inset) 16px;
      border-top: 1px solid var(--line);
      background: var(--surface);
    }
    .notice {
      display: grid;
      grid-template-columns: 20px 1fr;
      gap: 2px 12px;
      padding: 12px 16px;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--surface-2);
    }
    .notice > svg {
      margin-top: 2px;
    }
    .notice > div {
      min-width: 0;
    }
    .notice.warn > svg {
      color: var(--warn);
    }
    .notice.danger > svg {
      color: var(--danger);
    }
    .notice.warn,
    .notice.danger {
      color: var(--text);
    }
    .link {
      margin-inline: -4px;
      white-space: nowrap;
    }
    .link[aria-disabled="true"] {
      color: var(--text-quiet);
      text-decoration: none;
      cursor: not-allowed;
    }
    time:focus-visible::after {
      content: " (" attr(title) ")";
    }
    progress {
      appearance: none;
      display: block;
      width: 100%;
      height: 8px;
      border: 0;
      border-radius: 4px;
      overflow: hidden;
      background: var(--surface-2);
      color: var(--accent);
    }
    progress::-webkit-progress-bar {
      background: var(--surface-2);
    }
    progress::-webkit-progress-value {
      border-radius: 4px;
      background: var(--accent);
      transition: width 0.2s linear;
    }
    progress::-moz-progress-bar {
      border-radius: 4px;
      background: var(--accent);
    }
    @media (max-width: 480px) {
      :host {
        --inset: 16px;
      }
      .bar .button {
        flex: 1 1 auto;
      }
      .bar > p {
        flex: 1 0 100%;
      }
    }
  `,
];
