import { Command } from "commander";
import { checkTrouble } from "./check-trouble.ts";
import type { Door, LocalDoor } from "./door.ts";
import type { Io } from "./io.ts";

interface Common {
  app?: string;
  json?: boolean;
}

/** `status`, `check`, `install`, `rollback`, `cancel`, `log`, `history`. Actions throw UpdateError; `exit` sets another end than 0. */
export function updateCommands(io: Io, exit: (code: number) => void): Command[] {
  return [
    statusCommand(io),
    checkCommand(io, exit),
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
      const door = await openLocal(io, app);
      const status = await door.status();
      if (json) return printJson(io, status);
      const { statusWords } = await import("./words.ts");
      io.stdout(statusWords(door.title, status, new Date()));
    },
  );
}

function checkCommand(io: Io, exit: (code: number) => void): Command {
  return common(new Command("check").description("ask the source what is newest"))
    .option("--force", "ask even if the last answer is fresh")
    .option("--unattended", "as the nightly timer does: check if `auto.check` says so, install if `auto.install` does")
    .action(
      ({ app, json = false, force = false, unattended = false }: Common & { force?: boolean; unattended?: boolean }) =>
        unattended ? checkLikeTheTimer(io, exit, app, json) : check(io, app, json, force),
    );
}

async function check(io: Io, app: string | undefined, json: boolean, force: boolean): Promise<void> {
  await withDoor(io, app, async (door) => {
    const status = await door.check({ force });
    const trouble = checkTrouble(status);
    if (!json) io.stdout((await import("./words.ts")).statusWords(door.title, status, new Date()));
    if (trouble) throw trouble;
    if (json) printJson(io, status);
  });
}

async function checkLikeTheTimer(io: Io, exit: (code: number) => void, app: string | undefined, json: boolean) {
  const { checkUnattended } = await import("./check-unattended.ts");
  const door = await openLocal(io, app);
  try {
    exit(await checkUnattended(door, io, json));
  } finally {
    await door.close();
  }
}

function installCommand(io: Io, exit: (code: number) => void): Command {
  return common(new Command("install").description("install the newest release, or the one you name"))
    .argument("[version]", "this release and no other; may be older, or one that was refused")
    .option("--force", "also when it is installed already, or older")
    .action((version: string | undefined, { app, json, force = false }: Common & { force?: boolean }) =>
      carryOut(io, exit, { app, json }, async (door) => {
        if (version === undefined) {
          // What was newest ten minutes ago isn't what the owner means now.
          const trouble = checkTrouble(await door.check({ force: true }));
          if (trouble) throw trouble;
        }
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
    ({ app, json }: Common) =>
      withDoor(
        io,
        app,
        async (door) => {
          const { message } = await door.cancel();
          if (json) printJson(io, { success: true, message });
          else io.stdout(`${message}\n`);
        },
        { finishesFirst: false },
      ),
  );
}

function logCommand(io: Io): Command {
  return common(new Command("log").description("the log of the update that runs or ran last"))
    .option("--id <update>", "another update: ids are in `pawl history --json`")
    .option("--lines <n>", "only the last lines", Number)
    .action(async ({ app, json, id, lines }: Common & { id?: string; lines?: number }) => {
      const door = await openLocal(io, app);
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
      const door = await openLocal(io, app);
      const updates = await door.history(limit);
      if (json) return printJson(io, { success: true, updates });
      io.stdout((await import("./words.ts")).historyWords(updates));
    });
}

async function carryOut(
  io: Io,
  exit: (code: number) => void,
  { app, json = false }: Common,
  begin: (door: Door) => Promise<{ update_id: string }>,
): Promise<void> {
  await withDoor(io, app, async (door) => {
    const { update_id } = await begin(door);
    const { watchUpdate } = await import("./watch-update.ts");
    exit(await watchUpdate(door, update_id, io, json));
  });
}

async function withDoor(
  io: Io,
  app: string | undefined,
  work: (door: Door) => Promise<void>,
  { finishesFirst = true } = {},
): Promise<void> {
  const { openDoor } = await import("./open-door.ts");
  const door = await openDoor(io, { app, finishesFirst });
  try {
    await work(door);
  } finally {
    await door.close();
  }
}

async function openLocal(io: Io, app: string | undefined): Promise<LocalDoor> {
  const { openLocalDoor } = await import("./open-door.ts");
  return openLocalDoor(io, app);
}

function printJson(io: Io, value: object): void {
  io.stdout(`${JSON.stringify(value)}\n`);
}
