import { css } from "lit";

/** A state: an icon beside a word, and one that turns while something is under way. */
export const stateLook = css`
  .state {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    vertical-align: top;
    white-space: nowrap;
  }
  .state svg {
    flex: none;
  }
  .turning {
    color: var(--accent);
  }
`;
