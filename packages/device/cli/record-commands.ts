import { Command } from "commander";
import { UpdateError } from "../error.ts";
import type { LocalDoor } from "./door.ts";
import type { Io } from "./io.ts";
import { wholeNumber } from "./whole-number.ts";
import { type Common, common, printAnswer, withLocalDoor } from "./with-door.ts";

/** `log` and `history`: what is on record. Actions throw UpdateError. */
export function recordCommands(io: Io): Command[] {
  return [logCommand(io), historyCommand(io)];
}

function logCommand(io: Io): Command {
  return common(new Command("log").description("the log of the update that runs or ran last"))
    .option("--id <update>", "another update: ids are in `pawl history --json`")
    .option("--lines <n>", "only the last lines", wholeNumber)
    .action(({ app, json, id, lines }: Common & { id?: string; lines?: number }) =>
      withLocalDoor(io, app, async (door) => {
        if (id !== undefined) await checkId(door, id);
        const log = await door.log({ id, lines });
        if (json) return printAnswer(io, { lines: log });
        if (log.length === 0) io.stderr(id === undefined ? "No update yet.\n" : "Its log isn't kept any more.\n");
        const { localTime } = await import("./times.ts");
        for (const { at, line } of log) {
          const begin = `${localTime(at, "seconds")}  `;
          // What a line brings of its own lines mustn't look like another's.
          io.stdout(`${begin}${String(line).replace(/\n/g, `\n${" ".repeat(begin.length)}`)}\n`);
        }
      }),
    );
}

function historyCommand(io: Io): Command {
  return common(new Command("history").description("the updates so far, and how they ended"))
    .option("--limit <n>", "only the newest", wholeNumber)
    .action(({ app, json, limit }: Common & { limit?: number }) =>
      withLocalDoor(io, app, async (door) => {
        const updates = await door.history(limit);
        if (json) return printAnswer(io, { updates });
        io.stdout((await import("./words.ts")).historyWords(updates));
      }),
    );
}

/** An id becomes part of a file's name; and a slip in it must not look like an update without words. */
async function checkId(door: LocalDoor, id: string): Promise<void> {
  const { UpdateId } = await import("@pawl/protocol");
  if (UpdateId.safeParse(id).success) {
    const isKnown =
      (await door.status()).update_id === id ||
      (await door.history()).some((update) => update.id === id) ||
      (await door.log({ id, lines: 1 })).length > 0;
    if (isKnown) return;
  }
  throw new UpdateError("bad_request", `There is no update ${id}; \`pawl history --json\` names them all.`);
}
