/**
 * Fires `pawl-sign-in`: the reader has to show a token first. A page that has a place for that cancels the event.
 * @returns whether there is one
 */
export function askToSignIn(from: EventTarget): boolean {
  return !from.dispatchEvent(new Event("pawl-sign-in", { bubbles: true, composed: true, cancelable: true }));
}
