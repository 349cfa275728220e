import { Command } from "commander";
import { EXIT, exitCodeOfOutcome } from "./exit-code.ts";
import type { Io } from "./io.ts";

interface Common {
  app?: string;
  json?: boolean;
}

/** `status`, `check`, `install`, `rollback`, `cancel`, `log`, `history`. Actions throw UpdateError; `exit` sets another end than 0. */
export function updateCommands(io: Io, exit: (code: number) => void): Command[] {
  return [
    statusCommand(io),
    checkCommand(io),
    installCommand(io, exit),
    rollbackCommand(io, exit),
    cancelCommand(io),
    logCommand(io),
    historyCommand(io),
  ];
}

function common(command: Command): Command {
  return command.option("--app <name>", "which app; default: the first in pawl.yaml").option("--json", "for programs");
}

function statusCommand(io: Io): Command {
  return common(new Command("status").description("what is installed and what is newer")).action(
    async ({ app, json }: Common) => {
      const door = await open(io, { app, readOnly: true });
      const status = await door.status();
      if (json) return printJson(io, status);
      const { statusWords } = await import("./words.ts");
      io.stdout(statusWords(door.title, status, new Date()));
    },
  );
}

function checkCommand(io: Io): Command {
  return common(new Command("check").description("ask the source what is newest"))
    .option("--force", "ask even if the last answer is fresh")
    .option("--unattended", "as the nightly timer does: check if `auto.check` says so, install if `auto.install` does")
    .action(
      async ({ app, json, force = false, unattended = false }: Common & { force?: boolean; unattended?: boolean }) => {
        const door = await open(io, { app });
        try {
          const before = await door.status();
          if (unattended && !before.auto.check) return;
          const status = await door.check({ force: force || unattended });
          if (unattended && status.auto.install && status.has_update) {
            const { update_id } = await door.install({ force: false, unattended: true });
            const { followUpdate } = await import("./follow-update.ts");
            await followUpdate(door, update_id, io, json ?? false);
            return;
          }
          if (json) printJson(io, status);
          else io.stdout((await import("./words.ts")).statusWords(door.title, status, new Date()));
          if (status.failure && status.state === "error") {
            const { UpdateError } = await import("../error.ts");
            throw new UpdateError(status.failure.code, status.failure.message);
          }
        } finally {
          await door.close();
        }
      },
    );
}

function installCommand(io: Io, exit: (code: number) => void): Command {
  return common(new Command("install").description("install the newest release, or the one you name"))
    .argument("[version]", "this release and no other; may be older, or one that was refused")
    .option("--force", "also when it is installed already, or older")
    .action((version: string | undefined, { app, json, force = false }: Common & { force?: boolean }) =>
      carryOut(io, exit, { app, json }, async (door) => {
        // What was newest last night isn't what the owner means now.
        if (version === undefined) await door.check({ force: false });
        return door.install({ force, version });
      }),
    );
}

function rollbackCommand(io: Io, exit: (code: number) => void): Command {
  return common(new Command("rollback").description("go back to the release before, or the one you name"))
    .argument("[version]", "one of the releases kept on this device")
    .action((version: string | undefined, options: Common) =>
      carryOut(io, exit, options, (door) => door.rollback({ version })),
    );
}

function cancelCommand(io: Io): Command {
  return common(new Command("cancel").description("stop the update that runs, as long as nothing was changed")).action(
    async ({ app, json }: Common) => {
      const door = await open(io, { app });
      try {
        const { message } = await door.cancel();
        if (json) printJson(io, { success: true, message });
        else io.stdout(`${message}\n`);
      } finally {
        await door.close();
      }
    },
  );
}

function logCommand(io: Io): Command {
  return common(new Command("log").description("the log of the update that runs or ran last"))
    .option("--id <update>", "another update: ids are in `pawl history --json`")
    .option("--lines <n>", "only the last lines", Number)
    .action(async ({ app, json, id, lines }: Common & { id?: string; lines?: number }) => {
      const door = await open(io, { app, readOnly: true });
      const log = await door.log({ id, lines });
      if (json) return printJson(io, { success: true, lines: log });
      const { localTime } = await import("./words.ts");
      for (const { at, line } of log) io.stdout(`${localTime(at, "seconds")}  ${line}\n`);
    });
}

function historyCommand(io: Io): Command {
  return common(new Command("history").description("the updates so far, and how they ended"))
    .option("--limit <n>", "only the newest", Number)
    .action(async ({ app, json, limit }: Common & { limit?: number }) => {
      const door = await open(io, { app, readOnly: true });
      const updates = await door.history(limit);
      if (json) return printJson(io, { success: true, updates });
      io.stdout((await import("./words.ts")).historyWords(updates));
    });
}

type OpenDoor = Awaited<ReturnType<typeof open>>;

async function carryOut(
  io: Io,
  exit: (code: number) => void,
  { app, json = false }: Common,
  begin: (door: OpenDoor) => Promise<{ update_id: string }>,
): Promise<void> {
  const door = await open(io, { app });
  try {
    const { update_id } = await begin(door);
    const [{ followUpdate }, { outcomeWords }] = await Promise.all([
      import("./follow-update.ts"),
      import("./words.ts"),
    ]);
    const outcome = await followUpdate(door, update_id, io, json);
    if (!outcome) return exit(EXIT.interrupted);
    if (json) printJson(io, outcome);
    else io.stdout(`${outcomeWords(outcome)}\n`);
    exit(exitCodeOfOutcome(outcome));
  } finally {
    if (!io.signal.aborted) await door.close();
  }
}

async function open(io: Io, options: { app?: string | undefined; readOnly?: boolean }) {
  const { openDoor } = await import("./open-door.ts");
  return openDoor(io, options);
}

function printJson(io: Io, value: object): void {
  io.stdout(`${JSON.stringify(value)}\n`);
}
