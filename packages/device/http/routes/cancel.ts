import { type Route, success } from "../route.ts";

/** `POST cancel`: stops an update, until the switch begins. */
export const cancelRoute: Route = {
  method: "POST",
  path: "cancel",
  effect: "change",
  handle: async (c, app) => {
    const { message } = await app.cancel();
    return success(c, { message, state: (await app.status()).state });
  },
};
