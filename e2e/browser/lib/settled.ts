import type { Page } from "playwright-core";

/** How long a page has to stay as it is, and how long it is waited for at most, in milliseconds. */
const STILL_MS = 100;
const AT_MOST_MS = 2_000;

/**
 * What a page holds, within its elements too, once nothing moves on it any more or it is clear that something always will. For
 * whoever looks at whatever is shown: what a test counts on it waits for by name.
 */
export function settled(page: Page): Promise<string> {
  return page.evaluate(untilStill, { still: STILL_MS, atMost: AT_MOST_MS });
}

async function untilStill({ still, atMost }: { still: number; atMost: number }): Promise<string> {
  const begun = performance.now();
  let changed = begun;
  const known = new Set<Document | ShadowRoot>();
  const observer = new MutationObserver(() => {
    changed = performance.now();
    watch(document);
  });
  watch(document);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  while (performance.now() - begun < atMost && performance.now() - changed < still) await pause();
  observer.disconnect();
  return [...known].map((root) => ("host" in root ? root : root.body).innerHTML).join("\n");

  /** Elements have documents of their own in them, which say nothing of what changes there to those around. */
  function watch(root: Document | ShadowRoot): void {
    if (!known.has(root)) {
      known.add(root);
      observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    }
    for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) watch(shadowRoot);
  }
}
