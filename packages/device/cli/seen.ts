import { Command } from "commander";
import type { Io } from "./io.ts";
import { type Common, common, printAnswer, withDoor } from "./with-door.ts";

/** `pawl seen`: how the last update ended needn't be shown any longer. Throws UpdateError. */
export function seenCommand(io: Io): Command {
  return common(
    new Command("seen").description("you have seen how the last update ended: don't show it any longer"),
  ).action(({ app, json }: Common) =>
    withDoor(io, app, async (door) => {
      const before = (await door.status()).last_result;
      const last_result = await door.seen();
      if (json) return printAnswer(io, { last_result });
      io.stdout(`${words(before !== null, last_result !== null)}\n`);
    }),
  );
}

function words(wasThere: boolean, isStillThere: boolean): string {
  if (isStillThere) return "An update is running; there is nothing to see before it has ended.";
  return wasThere ? "The result of the last update isn't shown any longer." : "There is nothing new to see.";
}
