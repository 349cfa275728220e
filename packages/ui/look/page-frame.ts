import { css, html } from "lit";

/** Pawl's mark, as in look/pawl.svg. It says nothing: the page's name stands beside it. */
export const brandMark = html`<svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
  <rect width="32" height="32" rx="7" fill="#0d8080" />
  <path d="M16 25V9m-7 7 7-7 7 7" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round" />
</svg>`;

/** Of a whole page: its header, `main` with one thing below the other, and its footer. */
export const frameLook = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100dvh;
  }
  header,
  main,
  footer {
    box-sizing: border-box;
    width: 100%;
    max-width: calc(52rem + 32px);
    margin: 0 auto;
    padding: 0 16px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 16px;
    padding-top: 8px;
    padding-bottom: 8px;
  }
  header a {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 44px;
    color: var(--text);
    text-decoration: none;
  }
  nav {
    display: flex;
    gap: 20px;
  }
  nav a {
    color: var(--text-quiet);
  }
  header a:hover {
    text-decoration: underline;
  }
  main {
    display: grid;
    flex: 1;
    align-content: start;
    gap: 16px;
    grid-template-columns: minmax(0, 1fr);
    padding-top: 8px;
    padding-bottom: 0;
  }
  main:focus {
    outline: none;
  }
  main > h1 {
    overflow-wrap: anywhere;
  }
  main > p.quiet {
    margin-top: -12px;
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    gap: 0 20px;
    padding-top: 24px;
    padding-bottom: 24px;
  }
`;
