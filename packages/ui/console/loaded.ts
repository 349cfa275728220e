import { html, nothing, type TemplateResult } from "lit";
import { isClosed, SCOPE_OF, signInReason } from "../data/console-session.ts";
import { ApiFailure } from "../data/server.ts";
import type { LastingLoad } from "../elements/lasting-load.ts";
import "../elements/pawl-delay.ts";
import { words } from "../words/console.ts";
import type { Here } from "./here.ts";
import "./pawl-sign-in.ts";

type Part = keyof typeof SCOPE_OF;
type Load = Pick<LastingLoad<readonly unknown[], unknown>, "answeredAt" | "error" | "delay" | "again" | "tryNow">;

/** What is shown in place of a part that isn't answered: the way to sign in, or why; null: show the part. */
export function insteadOf(load: Load, part: Part, here: Here): TemplateResult | null {
  const { error } = load;
  const closed = signInInstead(error, part, here);
  if (closed !== null || !(error instanceof Error)) return closed;
  const { router, place } = here;
  // What an address asks for may be nothing that can be asked, or not any more.
  const isAsked = error instanceof ApiFailure && error.status === 400 && place.query.size > 0;
  return html`<section class="card stack" role="alert">
    <p>${error.message}</p>
    <div class="buttons">
      <button class="button" type="button" @click=${() => load.again()}>${words.again}</button>
      ${isAsked ? html`<a class="link" href=${router.href(place.path)}>${words.fromStart}</a>` : nothing}
    </div>
  </section>`;
}

/** The way to sign in, where that is what lacks. */
export function signInInstead(error: unknown, part: Part, { at, isSignedIn }: Here): TemplateResult | null {
  const refusal = error instanceof ApiFailure ? signInReason(error.status, isSignedIn) : null;
  const reason = isClosed(part, isSignedIn) ? "signed-out" : refusal;
  if (reason === null) return null;
  return html`<pawl-sign-in .at=${at} .reason=${reason} .scope=${SCOPE_OF[part]}></pawl-sign-in>`;
}

/** Why there is no answer yet, or none newer than what is shown. */
export function delayOf(...loads: readonly Load[]) {
  const load = loads.find(({ delay }) => delay !== null);
  if (!load?.delay) return nothing;
  const tryNow = () => {
    for (const each of loads) each.tryNow();
  };
  return html`<pawl-delay class="card" .delay=${load.delay} .shownFrom=${load.answeredAt} @try-now=${tryNow}></pawl-delay>`;
}
