import { css } from "lit";

/** A row of links to an app's pages. */
export const appLinksLook = css`
  nav {
    display: flex;
    flex-wrap: wrap;
    gap: 0 20px;
  }
  nav a {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 44px;
    color: var(--text-quiet);
    text-decoration: none;
  }
  nav a:hover {
    color: var(--text);
    text-decoration: underline;
  }
`;
