import { css } from "lit";

/** Wide: a table whose head stays in view. Narrow: a card for each row, each value with its column's name. */
export const tableLook = css`
  table {
    width: 100%;
    border-collapse: separate;
    border-spacing: 0;
    font-size: 15px;
    line-height: 1.4;
  }
  th,
  td {
    padding: 10px 12px;
    border-bottom: 1px solid var(--line);
    text-align: left;
    vertical-align: baseline;
    font-weight: inherit;
    overflow-wrap: break-word;
  }
  tbody th {
    overflow-wrap: anywhere;
  }
  tbody tr:last-child > * {
    border-bottom: 0;
  }
  thead th {
    position: sticky;
    top: 0;
    /* Above the buttons and links of the rows that go by below it. */
    z-index: 2;
    padding-block: 0;
    height: 44px;
    vertical-align: middle;
    background: var(--surface);
    color: var(--text-quiet);
    font-size: 14px;
    font-weight: 550;
    white-space: nowrap;
    overflow-wrap: normal;
  }
  thead button {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-height: 44px;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font-weight: inherit;
    cursor: pointer;
  }
  thead button:hover,
  thead th:not([aria-sort="none"]) button {
    color: var(--text);
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  tbody th {
    font-weight: 550;
  }
  tr.leads {
    position: relative;
  }
  tr.leads:hover {
    background: var(--surface-2);
  }
  a.main {
    color: inherit;
    text-decoration: none;
  }
  /* The whole row leads there. */
  a.main::after {
    position: absolute;
    inset: 0;
    content: "";
  }
  a.main:hover {
    text-decoration: underline;
  }
  a.main:focus-visible {
    outline: none;
  }
  a.main:focus-visible::after {
    outline: 2px solid var(--accent);
    outline-offset: -2px;
  }
  td time {
    white-space: nowrap;
  }
  .empty {
    padding: 32px 16px;
    text-align: center;
  }
  .empty p {
    margin-inline: auto;
  }
  td button,
  td a {
    position: relative;
    z-index: 1;
  }
  @media (min-width: 44.01rem) and (max-width: 64rem) {
    .minor {
      display: none;
    }
  }
  @media (max-width: 44rem) {
    table,
    tbody,
    tbody tr,
    tbody th,
    tbody td {
      display: block;
    }
    thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    tbody tr {
      padding: 12px 16px;
      border-bottom: 1px solid var(--line);
    }
    tbody tr:last-child {
      border-bottom: 0;
    }
    tbody th,
    tbody td {
      padding: 2px 0;
      border: 0;
    }
    tbody td {
      display: flex;
      gap: 12px;
      text-align: left;
      white-space: normal;
    }
    tbody td[data-title]::before {
      flex: none;
      width: 7.5rem;
      color: var(--text-quiet);
      content: attr(data-title);
    }
    tbody td.number {
      text-align: left;
    }
    tbody td.nothing {
      display: none;
    }
    tbody td > div {
      flex: 1;
      min-width: 0;
    }
  }
`;
