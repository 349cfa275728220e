import { css } from "lit";
import { tokens } from "./tokens.ts";

/** What every element of ours begins with: type, buttons, fields, links, quiet text. Touch targets are 44 px. */
export const base = [
  tokens,
  css`
    :host {
      color: var(--text);
      font-family: var(--font);
      font-size: 16px;
      line-height: 1.5;
      -webkit-text-size-adjust: 100%;
    }
    :host([hidden]),
    [hidden] {
      display: none !important;
    }
    *,
    *::before,
    *::after {
      box-sizing: border-box;
    }
    h1,
    h2,
    h3,
    p,
    ul,
    ol,
    dl,
    dd,
    figure {
      margin: 0;
    }
    h1 {
      font-size: 24px;
      line-height: 1.25;
      font-weight: 650;
    }
    h2 {
      font-size: 18px;
      line-height: 1.35;
      font-weight: 650;
    }
    h3 {
      font-size: 16px;
      font-weight: 650;
    }
    p,
    li {
      max-width: 68ch;
      overflow-wrap: anywhere;
    }
    button,
    input,
    select,
    textarea {
      font: inherit;
      color: inherit;
    }
    .quiet {
      color: var(--text-quiet);
    }
    .small {
      font-size: 14px;
    }
    .numbers {
      font-variant-numeric: tabular-nums;
    }
    .mono {
      font-family: var(--font-mono);
      font-size: 0.875em;
    }
    .warn {
      color: var(--warn);
    }
    .danger {
      color: var(--danger);
    }
    .button {
      display: inline-flex;
      align-items: center;
      justify-content: center;
      gap: 8px;
      min-height: 44px;
      padding: 8px 16px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-control);
      background: var(--surface);
      color: var(--text);
      font-weight: 550;
      text-decoration: none;
      cursor: pointer;
    }
    .button:hover:not([aria-disabled="true"]) {
      background: var(--surface-2);
    }
    .button.primary {
      background: var(--accent);
      border-color: transparent;
      color: var(--on-accent);
    }
    .button.primary:hover:not([aria-disabled="true"]) {
      background: color-mix(in oklch, var(--accent) 88%, var(--text));
    }
    .button[aria-disabled="true"] {
      background: var(--surface-2);
      border-color: var(--line);
      color: var(--text-quiet);
      cursor: not-allowed;
    }
    a,
    .link {
      color: var(--accent);
      text-decoration: underline;
      text-decoration-thickness: 1px;
      text-underline-offset: 3px;
    }
    .buttons {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px;
    }
    .link {
      display: inline-flex;
      align-items: center;
      gap: 4px;
      min-height: 44px;
      padding: 0 4px;
      border: 0;
      border-radius: 6px;
      background: none;
      cursor: pointer;
    }
    :focus-visible {
      outline: 2px solid var(--accent);
      outline-offset: 2px;
    }
    .field {
      min-height: 44px;
      padding: 8px 12px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-control);
      background: var(--surface);
      max-width: 100%;
    }
    input[type="checkbox"],
    input[type="radio"] {
      flex: none;
      width: 20px;
      height: 20px;
      margin: 0;
      accent-color: var(--accent);
    }
    /* While something is under way. */
    .turning {
      display: inline-flex;
      flex: none;
    }
    .turning svg {
      animation: turn 1.2s linear infinite;
    }
    @keyframes turn {
      to {
        rotate: 360deg;
      }
    }
    .card {
      padding: 16px;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--surface);
    }
    .visually-hidden {
      position: absolute;
      width: 1px;
      height: 1px;
      margin: -1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    summary {
      cursor: pointer;
      min-height: 44px;
      align-content: center;
    }
    .skeleton {
      border-radius: 6px;
      background: var(--surface-2);
      color: transparent;
      user-select: none;
    }
    @media (prefers-reduced-motion: reduce) {
      *,
      *::before,
      *::after {
        animation-duration: 0.01ms !important;
        animation-iteration-count: 1 !important;
        transition: none !important;
        scroll-behavior: auto !important;
      }
    }
  `,
];
