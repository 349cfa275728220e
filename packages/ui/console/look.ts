import { css } from "lit";
import { stateLook } from "../look/state.ts";

/** A list of what something is. */
export const factsLook = css`
  .facts {
    display: grid;
    grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr);
    gap: 6px 16px;
    overflow-wrap: anywhere;
  }
  .facts dt {
    color: var(--text-quiet);
  }
`;

/** What the console's pages have in common. */
export const consoleLook = [
  stateLook,
  factsLook,
  css`
  :host {
    display: grid;
    align-content: start;
    gap: 16px;
    grid-template-columns: minmax(0, 1fr);
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 8px 16px;
  }
  .card.flush {
    padding: 0;
    overflow: clip;
  }
  .card > h2 {
    margin-bottom: 8px;
  }
  .stack {
    display: grid;
    gap: 12px;
    grid-template-columns: minmax(0, 1fr);
  }
`,
];
