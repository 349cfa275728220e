import { css } from "lit";

/** Of a row for each setting: what it is on the left, what one chooses on the right; below each other on a phone. */
export const settingsLook = css`
  h2 {
    margin-bottom: 8px;
  }
  .setting {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 300px);
    gap: 4px 32px;
    align-items: start;
    padding: 16px 0;
    border-top: 1px solid var(--line);
  }
  .setting:first-of-type {
    border-top: 0;
  }
  .setting .below {
    grid-column: 1 / -1;
  }
  .choice {
    display: grid;
    gap: 4px;
    justify-items: start;
  }
  .choice .field {
    width: 100%;
  }
  .choice input[type="time"] {
    width: auto;
  }
  .switch {
    display: inline-flex;
    align-items: center;
    gap: 12px;
    min-height: 44px;
    cursor: pointer;
  }
  .saved {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .below .notice {
    grid-template-columns: minmax(0, 1fr);
    margin-top: 8px;
  }
  /* What takes no time to save isn't announced. */
  .saving {
    animation: appear 0.2s 0.4s backwards;
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  .time {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 8px;
  }
  .all {
    padding-top: 16px;
    border-top: 1px solid var(--line);
  }
  :disabled {
    cursor: not-allowed;
    color: var(--text-quiet);
  }
  @media (max-width: 600px) {
    .setting {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
