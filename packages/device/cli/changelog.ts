import type { Change, ChangelogAnswer } from "@pawl/protocol";
import { Command } from "commander";
import type { Io } from "./io.ts";
import type { Style } from "./style.ts";
import { localTime } from "./times.ts";
import { wholeNumber } from "./whole-number.ts";
import { type Common, common, printAnswer, withDoor } from "./with-door.ts";

interface ChangelogFlags extends Common {
  channel?: string;
  max?: number;
}

/** `pawl changelog`: what is new in the releases this device doesn't have yet. Throws UpdateError. */
export function changelogCommand(io: Io): Command {
  return common(new Command("changelog").description("what is new that this device doesn't have yet"))
    .option("--channel <name>", "another channel than the one that is followed")
    .option("--max <n>", "at most so many of them (default: 40, at most 100)", wholeNumber)
    .action(({ app, json, channel, max }: ChangelogFlags) =>
      withDoor(
        io,
        app,
        async (door) => {
          const answer = await door.changelog({ channel, max });
          if (json) return printAnswer(io, answer);
          io.stdout(changelogWords(answer, io.style.stdout, io.columns));
          if (answer.warning) io.stderr(`${io.style.stderr.warn(answer.warning)}\n`);
        },
        { finishesFirst: false },
      ),
    );
}

/**
 * The newest first, notes indented below their release or commit.
 *
 * @param columns how many characters a line of the terminal has; undefined: as many as it takes
 */
export function changelogWords(
  { commits, installed, channel }: Pick<ChangelogAnswer, "commits" | "installed" | "channel">,
  style: Style,
  columns?: number,
): string {
  if (commits.length > 0) return commits.map((change) => entry(change, style, columns)).join("\n");
  return installed === null
    ? `Channel ${channel} has no release yet.\n`
    : `Nothing new: channel ${channel} has nothing newer than ${installed}.\n`;
}

/** A release has no author. */
function entry({ short_sha: version, title, body, author, date }: Change, style: Style, columns?: number): string {
  const end = [...(author === "" ? [] : [inOneLine(author)]), ...(date ? [day(date)] : [])].join(" · ");
  const room = columns === undefined ? undefined : columns - version.length - end.length - 4;
  const shown = title === version ? [] : [cut(inOneLine(title), room)];
  const head = [style.strong(version), ...shown, ...(end === "" ? [] : [end])];
  const notes = body.trim() === "" ? [] : body.trim().split(/\r?\n/);
  return `${head.join("  ")}\n${notes.map((line) => `${line.trim() === "" ? "" : `    ${line.trimEnd()}`}\n`).join("")}`;
}

/** The least of a title that is worth its place, in characters. */
const LEAST_TITLE = 20;

function cut(title: string, room = Number.POSITIVE_INFINITY): string {
  const most = Math.max(room, LEAST_TITLE);
  const characters = [...title];
  return characters.length <= most ? title : `${characters.slice(0, most - 1).join("")}…`;
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function day(instant: string): string {
  return localTime(instant).slice(0, "2026-05-01".length);
}
