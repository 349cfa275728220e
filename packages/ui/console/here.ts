import type { ServerAt } from "../builder/server-at.ts";
import type { Place, Router } from "../look/router.ts";

/** Where in the console somebody is, and as whom: what each of its pages is given. */
export interface Here {
  /** Another one when somebody signs in or out. */
  at: ServerAt;
  router: Router;
  place: Place;
  isSignedIn: boolean;
}

/** The same page with another query. */
export function go({ router, place }: Here, query: Readonly<Record<string, string>>, { replace = true } = {}): void {
  router.go(router.href(place.path, query), { replace });
}

/** The address to sign in at, and come back from. */
export function signInHref({ router, place }: Here): string {
  return router.href("sign-in", { to: `${place.path}${place.query.size > 0 ? `?${place.query}` : ""}` });
}
