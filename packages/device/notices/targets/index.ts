import { createHash } from "node:crypto";
import type { NotifyConfig } from "@pawl/protocol";
import type { Run } from "../../system/types.ts";
import type { Addressee } from "../outbox.ts";
import { commandTarget } from "./command.ts";
import type { Target } from "./types.ts";
import { webhookTarget } from "./webhook.ts";

export type { Target, Told } from "./types.ts";

/** Who is told, by `notify` of `pawl.yaml`. */
export function createTargets(
  config: readonly NotifyConfig[],
  { run, userAgent }: { run: Run; userAgent: string },
): (Target & Addressee)[] {
  return config.map((one) => {
    const target = "command" in one ? commandTarget(one.command, { run }) : webhookTarget(one.webhook, { userAgent });
    return { ...target, id: idOf(one), on: one.on };
  });
}

/** Tells two apart, and says nothing of an address or arguments: there may be a token in them. */
function idOf(one: NotifyConfig): string {
  const what = "command" in one ? one.command : one.webhook;
  return createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 16);
}
