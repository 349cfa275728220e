import { css } from "lit";

/** Above a list: what one chooses what is listed with. */
export const headLook = css`
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: end;
    gap: 4px 16px;
    margin-bottom: 12px;
  }
  .head label {
    display: flex;
    align-items: center;
    gap: 8px;
  }
`;
