import type { Command } from "commander";
import { autoCommand } from "./auto.ts";
import { changelogCommand } from "./changelog.ts";
import { channelCommand } from "./channel.ts";
import type { Io } from "./io.ts";
import { seenCommand } from "./seen.ts";
import { skipCommand } from "./skip.ts";

/** What an owner decides and wants to know. Actions throw UpdateError. */
export function ownerCommands(io: Io): Command[] {
  return [changelogCommand(io), autoCommand(io), skipCommand(io), channelCommand(io), seenCommand(io)];
}
