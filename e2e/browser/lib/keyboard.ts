import type { Page } from "playwright-core";

/** As many stops as nobody has the patience for. */
const MOST_STOPS = 80;

/** What has the focus, as somebody who uses the keyboard alone gets to know it. */
interface Focused {
  /** Its text or label, or that of the page while nothing is focused. */
  name: string;
  isVisible: boolean;
}

/**
 * Presses Tab until something of that name has the focus.
 * @throws when it isn't reached, or something on the way doesn't show that it has the focus
 */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    await page.keyboard.press("Tab");
    const focused = await focusOf(page);
    if (!focused.isVisible) throw new Error(`one doesn't see that ${focused.name} has the focus`);
    if (typeof name === "string" ? focused.name.includes(name) : name.test(focused.name)) return;
    passed.push(focused.name);
  }
  throw new Error(`${name} isn't reached by Tab, but ${[...new Set(passed)].join(" | ")}`);
}

export function focusOf(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (element === null || element === document.body) return { name: "the page", isVisible: true };
    const labels = "labels" in element ? [...((element.labels as NodeListOf<HTMLElement> | null) ?? [])] : [];
    const texts = [
      element.getAttribute("aria-label"),
      ...labels.map(({ textContent }) => textContent),
      element.textContent,
    ];
    // A link may mark the whole row that it stands for.
    const looks = [null, "::before", "::after"].map((part) => getComputedStyle(element, part));
    return {
      name: texts.filter(Boolean).join(" ").replaceAll(/\s+/g, " ").trim(),
      isVisible: looks.some(({ outlineStyle, boxShadow }) => outlineStyle !== "none" || boxShadow !== "none"),
    };
  });
}
