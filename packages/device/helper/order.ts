import { AppName, UpdateId } from "@pawl/protocol";
import { UpdateError } from "../error.ts";

const ACTIONS = ["install", "rollback"] as const;

/** What root's side understands, and all of it (contract device-api.md §7). */
export type RootsOrder = { action: (typeof ACTIONS)[number]; app: string; updateId: string } | { action: "schedule" };

/** The unit that carries out an order: one for each, so that two never get in each other's way. */
export function unitOf(order: RootsOrder): string {
  return `pawl-apply@${wordsOf(order).join(":")}.service`;
}

/** An order as `pawl-apply` takes it. */
export function wordsOf(order: RootsOrder): string[] {
  return order.action === "schedule" ? ["schedule"] : [order.action, order.app, order.updateId];
}

/**
 * What `pawl-apply` was called with: words, or, by its unit, one instance name with colons between them. Throws
 * UpdateError `bad_request` for everything that isn't of its vocabulary.
 */
export function parseOrder(args: readonly string[]): RootsOrder {
  const [action, app, updateId, ...more] = args.length === 1 ? (args[0] ?? "").split(":") : args;
  if (action === "schedule" && app === undefined) return { action };
  const known = ACTIONS.find((one) => one === action);
  if (!known || app === undefined || updateId === undefined || more.length > 0)
    throw new UpdateError(
      "bad_request",
      "It is called as pawl-apply install|rollback <app> <update-id>, or pawl-apply schedule, without options.",
    );
  if (!AppName.safeParse(app).success) throw new UpdateError("bad_request", "That is no app's name.");
  if (!UpdateId.safeParse(updateId).success) throw new UpdateError("bad_request", "That is no update's id.");
  return { action: known, app, updateId };
}
