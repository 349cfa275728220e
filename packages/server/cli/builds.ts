import { Command, InvalidArgumentError, Option } from "commander";
import type { Build, BuildState } from "../builds/types.ts";
import { ServerError, type ServerErrorCode } from "../error.ts";
import { STATES } from "../operator/states.ts";
import type { Operator } from "../operator/types.ts";
import { buildDetails } from "./builds-show.ts";
import { buildRows } from "./builds-words.ts";
import { harmless, type Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { table } from "./table.ts";
import { printJson, withServer } from "./with-server.ts";
import { EXIT, exitCodeOf, Failed } from "./word-error.ts";

interface JsonOption extends ConfigOption {
  json?: boolean;
}

interface ListOptions extends JsonOption {
  state?: BuildState;
  distribution?: string;
  version?: string;
  target?: string;
  limit: number;
}

/** In the log of what was changed. */
const BY = "the command line";
const MOST = 500;

/** `pawl builds list`, `show`, `drop` and `retry`: what was asked for, by whomever, and what becomes of it. */
export function buildsCommand(io: Io): Command {
  const builds = new Command("builds").description(
    "builds of everybody: list them, look at one, drop it, try it again",
  );
  builds
    .command("list")
    .description("builds, newest first; those with a first-boot script are not shown")
    .addOption(new Option("--state <state>", "only those").choices(STATES))
    .option("--distribution <name>", "only its")
    .option("--version <version>", "24.10.5, SNAPSHOT, …")
    .option("--target <target>", "ath79/generic, …")
    .option("--limit <number>", "how many", wholeNumber, 20)
    .option("--json", "for programs")
    .action((options: ListOptions) => list(io, options));
  builds
    .command("show")
    .description("one, with all that is known of it")
    .argument("<id>", "as `pawl builds list` has it")
    .option("--json", "for programs")
    .action((id: string, options: JsonOption) => show(io, id, options));
  builds
    .command("drop")
    .description("forget them with their files; what waits or runs is stopped. The next who asks has it built anew")
    .argument("<id...>", "as `pawl builds list` has it")
    .option("--json", "for programs")
    .action((ids: string[], options: JsonOption) => change(io, ids, "drop", options));
  builds
    .command("retry")
    .description("have what failed tried again now, before all that waits")
    .argument("<id...>", "as `pawl builds list` has it")
    .option("--json", "for programs")
    .action((ids: string[], options: JsonOption) => change(io, ids, "retry", options));
  return builds;
}

async function list(io: Io, { limit, json, config, ...filter }: ListOptions): Promise<void> {
  await withServer(io, { config }, async ({ operator }) => {
    // One more than is shown tells whether there are more.
    const found = await operator.builds({ ...filter, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const isMore = found.length > limit;
    if (json) {
      const { listedAnswer } = await import("../operator/answers.ts");
      return printJson(io, { success: true, items: shown.map(listedAnswer), more: isMore });
    }
    if (shown.length === 0) return io.stderr("There are none.\n");
    io.stdout(table(buildRows(io, shown, new Date())));
    if (isMore && limit < MOST) io.stderr(`There are more: --limit ${Math.min(MOST, limit * 5)}\n`);
  });
}

async function show(io: Io, id: string, { json, config }: JsonOption): Promise<void> {
  await withServer(io, { config }, async ({ builds }) => {
    const build = await builds.byId(id);
    if (build === null) throw new ServerError("not_found", `There is no build ${id.slice(0, 100)}, or not any more.`);
    if (json) {
      const { buildAnswer } = await import("../builds/build-answers.ts");
      return printJson(io, { success: true, build: buildAnswer(build), command: build.command });
    }
    io.stdout(buildDetails(io, build, new Date()));
  });
}

async function change(io: Io, ids: readonly string[], what: "drop" | "retry", options: JsonOption): Promise<void> {
  const { json, config } = options;
  await withServer(io, { config }, async ({ operator }) => {
    const { buildAnswer } = await import("../builds/build-answers.ts");
    const items: object[] = [];
    const failures: { error: string; code: ServerErrorCode }[] = [];
    for (const id of new Set(ids)) {
      try {
        const build = await operator[what](id, BY);
        const outcome = what === "drop" ? DROPPED : await outcomeOf(operator, build);
        items.push({ id, outcome, build: buildAnswer(build) });
        if (!json) io.stdout(`${id}: ${harmless(outcome)}\n`);
      } catch (error) {
        if (io.signal.aborted || !(error instanceof ServerError)) throw error;
        const { code } = error;
        const shownId = harmless(id.slice(0, 100));
        items.push({ id, error: error.message, code });
        failures.push({ error: `${shownId}: ${error.message}`, code });
        if (!json) io.stderr(`${io.paint("bad", "pawl:")} ${shownId}: ${error.message}\n`);
      }
    }
    if (json) printJson(io, { success: failures.length === 0, ...failures[0], items });
    if (failures.length === 0) return;
    // What didn't work is worse than a wrong id.
    throw new Failed(failures.every(({ code }) => exitCodeOf(code) === EXIT.usage) ? EXIT.usage : EXIT.failed);
  });
}

const DROPPED = "dropped; the next who asks has it built anew";

/** A build that is tried again has to find somebody who does. */
async function outcomeOf(operator: Operator, { state, attempt, waitsFor, inputs }: Build): Promise<string> {
  if (state === "running") return "it runs already";
  const { targets } = await operator.queue();
  const place = targets.find(
    ({ distribution, target }) => distribution === inputs.distribution && target === inputs.target,
  );
  const lack = waitsFor ?? (place?.workers === 0 ? `no worker for ${inputs.target}` : null);
  // Nobody has begun with it yet: it keeps its place.
  if (attempt === 0) return lack === null ? "it waits already, for its first try" : `it waits already: ${lack}`;
  return lack === null ? "it is tried again now" : `it is in front of the line, and waits: ${lack}`;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MOST) {
    throw new InvalidArgumentError(`A whole number from 1 to ${MOST} is wanted.`);
  }
  return number;
}
