import { css } from "lit";

/** Lines of one height, so that it is known which are in view. */
export const logLook = css`
  :host {
    display: grid;
    gap: 8px;
    grid-template-columns: minmax(0, 1fr);
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
  }
  .tools input {
    flex: 1 1 10rem;
    min-width: 0;
  }
  .tools .button {
    padding: 8px 11px;
  }
  .found {
    min-width: 5rem;
  }
  .window {
    position: relative;
    height: var(--log-height, min(32rem, 60dvh));
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius-control);
    background: var(--surface-2);
    font-family: var(--font-mono);
    font-size: 13px;
    line-height: 22px;
    overflow-anchor: none;
  }
  .window.short {
    height: auto;
    max-height: var(--log-height, min(32rem, 60dvh));
  }
  .all {
    position: relative;
    min-width: max-content;
    margin: 8px 0;
  }
  ol {
    position: sticky;
    min-width: max-content;
    padding: 0;
    list-style: none;
  }
  li {
    display: flex;
    max-width: none;
    height: 22px;
    padding-right: 16px;
    white-space: pre;
    overflow-wrap: normal;
  }
  .number {
    flex: none;
    width: 4.5rem;
    padding-right: 12px;
    color: var(--text-quiet);
    text-align: right;
    text-decoration: none;
    user-select: none;
  }
  a.number:hover {
    color: var(--accent);
    text-decoration: underline;
  }
  li.note {
    color: var(--text-quiet);
    font-style: italic;
  }
  li.warn {
    color: var(--warn);
  }
  li.error {
    color: var(--danger);
    font-weight: 600;
  }
  li.marked,
  li.current {
    background: color-mix(in oklch, var(--accent) 10%, var(--surface-2));
  }
  li.marked {
    box-shadow: inset 3px 0 var(--accent);
  }
  mark {
    background: color-mix(in oklch, var(--warn) 34%, var(--surface));
    color: inherit;
    border-radius: 2px;
  }
  .empty {
    padding: 12px 16px;
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 4px 16px;
  }
  @media (max-width: 40rem) {
    .number {
      width: 3.25rem;
      padding-right: 8px;
    }
  }
`;
