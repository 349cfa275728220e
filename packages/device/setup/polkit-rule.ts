import { AppName, UpdateId } from "@pawl/protocol";
import * as z from "zod";
import { API_USER } from "./things/user.ts";

/**
 * Lets our user start root's side with an order of its vocabulary, and nothing else: no other verb, no other unit. For polkit 0.106 and
 * later, in the JavaScript of its oldest engine.
 */
export function polkitRule(): string {
  const order = `(?:(?:install|rollback):${patternOf(AppName)}:${patternOf(UpdateId)}|schedule)`;
  return `// Written by \`pawl setup\`, which writes it anew.
polkit.addRule(function (action, subject) {
  if (action.id !== "org.freedesktop.systemd1.manage-units") return polkit.Result.NOT_HANDLED;
  if (subject.user !== ${JSON.stringify(API_USER)} || action.lookup("verb") !== "start") return polkit.Result.NOT_HANDLED;
  var isOrder = /^pawl-apply@${order}\\.service$/.test(String(action.lookup("unit")));
  return isOrder ? polkit.Result.YES : polkit.Result.NOT_HANDLED;
});
`;
}

/** The regular expression of a schema, without its ends. */
function patternOf(schema: z.ZodType): string {
  const { pattern } = z.toJSONSchema(schema);
  const [, inner] = /^\^([^|/]+)\$$/.exec(pattern ?? "") ?? [];
  if (inner === undefined) throw new TypeError(`No regular expression that fits into another: ${pattern}`);
  return inner;
}
