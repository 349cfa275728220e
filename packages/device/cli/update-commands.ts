import { Command, Option } from "commander";
import { UpdateError } from "../error.ts";
import { checkTrouble } from "./check-trouble.ts";
import type { Door } from "./door.ts";
import type { Io } from "./io.ts";
import { type Common, common, printAnswer, withDoor, withLocalDoor } from "./with-door.ts";

/** `status`, `check`, `install`, `rollback`, `cancel`. Actions throw UpdateError; `exit` sets another end than 0. */
export function updateCommands(io: Io, exit: (code: number) => void): Command[] {
  return [
    statusCommand(io),
    checkCommand(io, exit),
    installCommand(io, exit),
    rollbackCommand(io, exit),
    cancelCommand(io),
  ];
}

function statusCommand(io: Io): Command {
  return common(new Command("status").description("what is installed and what is newer")).action(
    ({ app, json }: Common) =>
      withLocalDoor(io, app, async (door) => {
        const status = await door.status();
        const { printStatus } = await import("./print-status.ts");
        printStatus(io, { title: door.title, status, app, json });
      }),
  );
}

interface CheckFlags extends Common {
  force?: boolean;
  unattended?: boolean;
  due?: boolean;
  spread?: boolean;
}

function checkCommand(io: Io, exit: (code: number) => void): Command {
  return common(new Command("check").description("ask the source what is newest"))
    .option("--force", "ask even if the last answer is fresh")
    .option("--unattended", "as it is done every night: check if `auto.check` says so, install if `auto.install` does")
    .addOption(
      new Option("--due", "the same for every app whose time has come, for a timer").conflicts(["force", "unattended"]),
    )
    .option("--spread", "with --due, for cron: later by a time of this device's own, within `auto.jitter`")
    .action(async (flags: CheckFlags) => {
      if (flags.spread && !flags.due) throw new UpdateError("bad_request", "--spread says something about --due only.");
      if (flags.due) {
        const { checkDue } = await import("./check-due.ts");
        exit(await checkDue(io, flags));
      } else if (flags.unattended) {
        await withLocalDoor(io, flags.app, async (door) => {
          const { checkUnattended } = await import("./check-unattended.ts");
          exit(await checkUnattended(door, io, flags));
        });
      } else {
        await check(io, flags);
      }
    });
}

async function check(io: Io, { app, json, force = false }: Common & { force?: boolean }): Promise<void> {
  await withDoor(io, app, async (door) => {
    const { status, cached } = await door.check({ force });
    const trouble = checkTrouble(status);
    if (trouble) throw trouble;
    if (json) return printAnswer(io, status);
    const { statusWords } = await import("./status-words.ts");
    io.stdout(statusWords({ title: door.title, status, now: new Date(), style: io.style.stdout, app, cached }));
  });
}

function installCommand(io: Io, exit: (code: number) => void): Command {
  return common(new Command("install").description("install the newest release, or the one you name"))
    .argument("[version]", "this release and no other; may be older, or one that was refused")
    .option("--force", "also when it is installed already, or older")
    .action((version: string | undefined, { force = false, ...options }: Common & { force?: boolean }) =>
      carryOut(io, exit, options, async (door) => {
        if (version === undefined) {
          // What was newest ten minutes ago isn't what the owner means now.
          const trouble = checkTrouble((await door.check({ force: true })).status);
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
          if (json) printAnswer(io, { message });
          else io.stdout(`${message}\n`);
        },
        { finishesFirst: false },
      ),
  );
}

async function carryOut(
  io: Io,
  exit: (code: number) => void,
  options: Common,
  begin: (door: Door) => Promise<{ update_id: string }>,
): Promise<void> {
  await withDoor(io, options.app, async (door) => {
    const { update_id } = await begin(door);
    const { watchUpdate } = await import("./watch-update.ts");
    exit(await watchUpdate(door, update_id, io, options));
  });
}
