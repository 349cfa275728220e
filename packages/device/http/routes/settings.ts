import { SettingsAnswer, SettingsBody } from "@pawl/protocol";
import { readBody } from "../body.ts";
import { type Route, success } from "../route.ts";

/** `GET settings` and `POST settings`: what an owner may change, and which of it comes from the owner. */
export const settingsRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "settings",
    effect: "read",
    summary: "The settings an owner may change",
    answer: SettingsAnswer,
    handle: async (c, app) => success(c, await app.choices.settings()),
  },
  {
    method: "POST",
    path: "settings",
    effect: "change",
    summary: "Change settings; null goes back to pawl.yaml",
    body: SettingsBody,
    answer: SettingsAnswer,
    codes: ["busy", "not_found", "offline", "host_error", "rate_limited"],
    handle: async (c, app) => success(c, await app.choices.changeSettings(await readBody(c, SettingsBody))),
  },
];
