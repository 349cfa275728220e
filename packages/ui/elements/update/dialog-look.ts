import { css } from "lit";
import { partLook } from "../../look/part.ts";

/** The frame: a sheet of full height on a phone. */
export const dialogLook = [
  partLook,
  css`
    :host {
      display: contents;
    }
    dialog {
      width: min(640px, calc(100vw - 32px));
      max-width: none;
      max-height: min(90dvh, 896px);
      padding: 0;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      overflow: hidden;
      background: var(--surface);
      color: var(--text);
      box-shadow: var(--shadow);
      font-family: var(--font);
      text-align: start;
    }
    dialog[open] {
      display: flex;
      flex-direction: column;
    }
    dialog::backdrop {
      background: rgb(0 0 0 / 0.45);
    }
    .head {
      display: flex;
      align-items: flex-start;
      justify-content: space-between;
      gap: 12px;
      padding: 16px 12px 12px var(--inset);
      border-bottom: 1px solid var(--line);
    }
    .head > div {
      min-width: 0;
    }
    h2 {
      overflow-wrap: anywhere;
    }
    h2:focus {
      outline: none;
    }
    .close {
      display: grid;
      place-items: center;
      flex: none;
      width: 44px;
      height: 44px;
      margin: -6px 0;
      border: 0;
      border-radius: var(--radius-control);
      background: none;
      color: var(--text-quiet);
      cursor: pointer;
    }
    .close:hover {
      background: var(--surface-2);
    }
    .body {
      flex: 1 1 auto;
      min-height: 0;
      padding: 16px var(--inset);
      overflow-y: auto;
      overscroll-behavior: contain;
    }
    @media (max-width: 480px) {
      dialog {
        inset: 0;
        width: auto;
        height: 100dvh;
        max-height: none;
        margin: 0;
        border: 0;
        border-radius: 0;
      }
    }
  `,
];
