import { css } from "lit";

/** The look of a field that finds as one types. */
export const suggestLook = css`
  :host {
    display: block;
  }
  label {
    display: block;
    margin-bottom: 4px;
    font-weight: 550;
  }
  .box {
    position: relative;
  }
  .entry {
    position: relative;
    display: flex;
    align-items: center;
  }
  .entry > svg {
    position: absolute;
    left: 12px;
    color: var(--text-quiet);
    pointer-events: none;
  }
  .busy {
    position: absolute;
    right: 12px;
    display: grid;
    color: var(--text-quiet);
    pointer-events: none;
  }
  .busy svg {
    animation: turn 1s linear infinite;
  }
  input.field {
    width: 100%;
    padding-left: 40px;
    padding-right: 40px;
    appearance: none;
  }
  input::-webkit-search-cancel-button {
    display: none;
  }
  input::placeholder {
    color: var(--text-quiet);
    opacity: 1;
  }
  :host([large]) label {
    font-size: 1.125rem;
  }
  :host([large]) input.field {
    min-height: 56px;
    font-size: 1.125rem;
    border-radius: var(--radius);
  }
  .found {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  :host(:not([large])) .found {
    position: absolute;
    z-index: 5;
    top: calc(100% + 4px);
    left: 0;
    right: 0;
    /* A bar may lie above the page's end. */
    scroll-margin-bottom: 104px;
  }
  :host(:not([large])) ul {
    max-height: min(22rem, 42vh);
  }
  :host([large]) .found {
    margin-top: 8px;
  }
  ul {
    max-height: min(26rem, 55vh);
    padding: 4px;
    overflow-y: auto;
    list-style: none;
  }
  li {
    max-width: none;
    min-height: 44px;
    padding: 8px;
    border-radius: var(--radius-control);
    cursor: pointer;
  }
  :host([large]) li {
    padding: 10px 12px;
  }
  li:hover,
  li[aria-selected="true"] {
    background: var(--surface-2);
  }
  li[aria-selected="true"] {
    outline: 2px solid var(--accent);
    outline-offset: -2px;
  }
  li[aria-disabled="true"] {
    color: var(--text-quiet);
    cursor: not-allowed;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 12px;
  }
  .reason {
    display: block;
  }
  .summary,
  .note,
  pawl-delay {
    padding: 8px 12px;
  }
  .summary:empty {
    display: none;
  }
  .note {
    padding-top: 0;
  }
`;
