import { css } from "lit";
import { base } from "../look/base.ts";
import { markLook } from "./update-mark.ts";

/**
 * A pill in a row of 44 px, which is as much as a finger needs. Nothing of the page around gets in: what it says of all
 * elements would otherwise be inherited, by the dialog, too.
 */
export const chipLook = [
  base,
  markLook,
  css`
    :host {
      display: inline-block;
      max-width: 100%;
      vertical-align: middle;
    }
    .ground {
      all: initial;
      display: flex;
      align-items: center;
      min-height: 44px;
      max-width: 100%;
      color: inherit;
      color-scheme: inherit;
      visibility: inherit;
      font-family: var(--font);
      font-size: 16px;
      line-height: 1.5;
    }
    button {
      position: relative;
      display: inline-flex;
      align-items: center;
      gap: 8px;
      max-width: 100%;
      min-height: 34px;
      margin: 0;
      padding: 4px 14px 4px 8px;
      border: 1px solid transparent;
      border-radius: 17px;
      background: none;
      color: var(--text);
      font-size: 15px;
      font-weight: 550;
      font-variant-numeric: tabular-nums;
      line-height: 1.35;
      text-align: start;
      cursor: pointer;
    }
    button::before {
      content: "";
      position: absolute;
      inset: -6px -4px;
    }
    button > span:last-child {
      min-width: 0;
      overflow-wrap: anywhere;
    }
    /* Whatever the page around has for its text can be read on its ground. */
    button.quiet {
      color: var(--pawl-text-quiet, inherit);
      font-weight: 400;
    }
    button.quiet .mark {
      color: inherit;
    }
    button.accent,
    button.warn,
    button.danger {
      background: var(--surface);
      border-color: var(--line);
    }
    button.accent {
      border-color: color-mix(in oklch, var(--accent) 55%, var(--surface));
    }
    button:hover {
      background: color-mix(in oklch, currentColor 7%, transparent);
    }
    button:not(.quiet):hover {
      background: var(--surface-2);
    }
  `,
];
