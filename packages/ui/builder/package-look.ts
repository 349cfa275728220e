import { css } from "lit";

/** The look of chosen packages, and of lists of them. */
export const packageLook = css`
  :host {
    display: block;
  }
  .card {
    display: grid;
    gap: 16px;
    /* Long names are broken, not scrolled to. */
    grid-template-columns: minmax(0, 1fr);
    padding-bottom: 4px;
  }
  ul {
    padding: 0;
    list-style: none;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .chips li {
    max-width: 100%;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 44px;
    padding-left: 12px;
    border: 1px solid var(--line);
    border-radius: 22px;
    background: var(--surface-2);
  }
  .chip > svg {
    flex: none;
  }
  .chip .small {
    flex: none;
  }
  .chip button {
    display: grid;
    flex: none;
    place-items: center;
    width: 44px;
    height: 44px;
    padding: 0;
    border: 0;
    border-radius: 22px;
    background: none;
    color: var(--text-quiet);
    cursor: pointer;
  }
  .chip button:hover {
    color: var(--text);
  }
  .out .name {
    text-decoration: line-through;
  }
  .out {
    color: var(--text-quiet);
    background: none;
    border-style: dashed;
  }
  .unknown {
    border-color: var(--danger);
    color: var(--danger);
  }
  .name {
    overflow-wrap: anywhere;
  }
  .troubles {
    display: grid;
    gap: 8px;
    color: var(--danger);
  }
  .troubles li {
    display: flex;
    gap: 8px;
    max-width: none;
  }
  .troubles .link {
    min-height: 32px;
  }
  .troubles svg {
    flex: none;
    margin-top: 2px;
  }
  .folds {
    display: grid;
    border-top: 1px solid var(--line);
    padding-top: 4px;
  }
  details > .small {
    margin-bottom: 8px;
  }
  details[open] {
    padding-bottom: 8px;
  }
  .rows li {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 12px;
    max-width: none;
    padding: 6px 0;
    border-bottom: 1px solid var(--line);
  }
  .rows .size {
    margin-left: auto;
  }
  .toggle {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    max-width: 100%;
    min-height: 44px;
    padding: 4px 14px 4px 10px;
    border: 1px solid var(--line);
    border-radius: 22px;
    background: none;
    text-align: left;
    cursor: pointer;
  }
  .toggle:hover {
    background: var(--surface-2);
  }
  .toggle svg {
    flex: none;
    color: var(--text-quiet);
  }
`;
