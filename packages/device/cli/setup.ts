import { Command } from "commander";
import type { Step } from "../setup/set-up.ts";
import { DEFAULT_CONFIG_PATH, type Io } from "./io.ts";

interface Options {
  dryRun?: boolean;
  remove?: boolean;
  json?: boolean;
}

/** The one part of it that may be had alone. */
const HELPER = "helper";

/** `pawl setup [helper]`. Throws UpdateError. */
export function setupCommand(io: Io): Command {
  return new Command("setup")
    .description("make this device one that keeps itself up to date, or bring it in line with pawl.yaml again")
    .argument("[part]", "helper: only what reaches root's side")
    .option("--dry-run", "only show what would be done, to the letter")
    .option("--remove", "take all of it back, but nothing that is yours")
    .option("--json", "for programs")
    .action((part: string | undefined, options: Options) => setup(io, part, options));
}

async function setup(
  io: Io,
  part: string | undefined,
  { dryRun = false, remove = false, json = false }: Options,
): Promise<void> {
  if (part !== undefined && part !== HELPER) throw await noSuchPart(part);
  const helperOnly = part === HELPER;
  await assertSystemsConfig(io, helperOnly ? "setup helper" : "setup");
  // What root makes, others may have to read.
  process.umask(0o022);
  const [{ removeAll, setUp }, { thisDevice }] = await Promise.all([
    import("../setup/set-up.ts"),
    import("../setup/ground.ts"),
  ]);
  const steps: Step[] = [];
  const onStep = (step: Step) => {
    if (!json) tell(io, step, dryRun);
    steps.push(step);
  };
  const report = await (remove ? removeAll : setUp)(thisDevice(), {
    dryRun,
    helperOnly,
    signal: io.signal,
    onStep,
  });
  if (json) {
    const words = steps.map((step) => step.words);
    const { summary, next } = report;
    io.stdout(`${JSON.stringify({ success: true, dry_run: dryRun, steps: words, summary, next })}\n`);
  } else io.stdout([report.summary, ...report.next].map((line) => `${line}\n`).join(""));
}

/** Root's side reads that one and no other. */
async function assertSystemsConfig(io: Io, command: string): Promise<void> {
  const path = io.configPath();
  if (path === DEFAULT_CONFIG_PATH) return;
  const { UpdateError } = await import("../error.ts");
  const message = `Setting up is about ${DEFAULT_CONFIG_PATH} and no other configuration. Put ${path} there, then run: sudo pawl ${command}`;
  throw new UpdateError("bad_request", message, { path });
}

async function noSuchPart(part: string) {
  const { UpdateError } = await import("../error.ts");
  const message = `Setting up has no part "${part}". It is called as pawl setup, or pawl setup ${HELPER}.`;
  return new UpdateError("bad_request", message);
}

function tell({ stdout, style }: Io, { words, text }: Step, dryRun: boolean): void {
  const mark = dryRun ? "would" : style.stdout.accent("✓");
  stdout(`${mark} ${words}\n`);
  if (!dryRun || text === null) return;
  const lines = text.trimEnd().split("\n");
  stdout(
    lines
      .map((line) => style.stdout.quiet(`    | ${line}`.trimEnd()))
      .join("\n")
      .concat("\n"),
  );
}
