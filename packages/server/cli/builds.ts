import { Command, InvalidArgumentError, Option } from "commander";
import type { BuildState } from "../builds/types.ts";
import { ServerError } from "../error.ts";
import { STATES } from "../operator/states.ts";
import type { Operator } from "../operator/types.ts";
import { buildDetails } from "./builds-show.ts";
import { buildRows } from "./builds-words.ts";
import { harmless, type Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { table } from "./table.ts";
import { printJson, withServer } from "./with-server.ts";

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
    const changed = [];
    for (const id of ids) {
      const build = await operator[what](id, BY);
      changed.push(buildAnswer(build));
      if (!json) io.stdout(`${id}: ${harmless(wordChange(what, build))}\n`);
    }
    if (json) printJson(io, { success: true, builds: changed });
  });
}

function wordChange(what: "drop" | "retry", { state, waitsFor }: Awaited<ReturnType<Operator["drop"]>>): string {
  if (what === "drop") return "dropped; the next who asks has it built anew";
  if (state === "running") return "it runs already";
  return waitsFor === null ? "it is tried again now" : `it is tried again: ${waitsFor}`;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MOST) {
    throw new InvalidArgumentError(`A whole number from 1 to ${MOST} is wanted.`);
  }
  return number;
}
