import type { Page } from "playwright-core";

/** How long a page has to stay as it is, and how long it is waited for at most, in milliseconds. */
const STILL_MS = 120;
const AT_MOST_MS = 2_000;

/**
 * What a page holds, within its elements too, once nothing moves on it any more or it is clear that something always will. For
 * whoever looks at whatever is shown: what a test counts on it waits for by name.
 */
export function settled(page: Page): Promise<string> {
  return page.evaluate(untilStill, { still: STILL_MS, atMost: AT_MOST_MS });
}

async function untilStill({ still, atMost }: { still: number; atMost: number }): Promise<string> {
  const end = performance.now() + atMost;
  let [last, since] = ["", performance.now()];
  while (performance.now() < end && performance.now() - since < still) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    const now = textOf(document);
    if (now !== last || now === "") [last, since] = [now, performance.now()];
  }
  return last;

  function textOf(root: Document | ShadowRoot): string {
    const within = [...root.querySelectorAll("*")].map(({ shadowRoot }) => (shadowRoot ? textOf(shadowRoot) : ""));
    return [(root as ShadowRoot).innerHTML ?? document.body.innerHTML, ...within].join("");
  }
}
