import { ref } from "lit/directives/ref.js";

/** As if somebody had typed this into the element's first field: what it finds is open below. */
export const typed = (text: string) => ref((element) => void (element && type(element, text)));

async function type(element: Element, text: string): Promise<void> {
  // Fields are in elements, which are drawn one after the other.
  for (let tries = 0; tries < 100; tries++) {
    const field = fieldIn(element);
    if (field !== null) {
      field.focus();
      field.value = text;
      field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function fieldIn(element: Element): HTMLInputElement | null {
  const root = element.shadowRoot;
  const own = root?.querySelector("input");
  if (own) return own;
  for (const each of root?.querySelectorAll("*") ?? []) {
    const field = fieldIn(each);
    if (field) return field;
  }
  return null;
}
