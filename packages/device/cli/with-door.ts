import type { Command } from "commander";
import { asUpdateError } from "../error.ts";
import { AlreadyPrinted } from "./already-printed.ts";
import type { Door, LocalDoor } from "./door.ts";
import type { Io } from "./io.ts";
import { NoDaemon } from "./no-daemon.ts";

/** What every command about an app understands. */
export interface Common {
  app?: string;
  json?: boolean;
}

export function common(command: Command): Command {
  return command.option("--app <name>", "which app; default: the first in pawl.yaml").option("--json", "for programs");
}

/** Works on an app through the daemon, or in this process when none runs. Errors come with what their next step depends on. */
export async function withDoor(
  io: Io,
  app: string | undefined,
  work: (door: Door) => Promise<void>,
  { finishesFirst = true } = {},
): Promise<void> {
  const { openDoor } = await import("./open-door.ts");
  await attended(io, app, () => openDoor(io, { app, finishesFirst }), work);
}

/** Works on an app in this process, whether a daemon runs or not. */
export async function withLocalDoor(
  io: Io,
  app: string | undefined,
  work: (door: LocalDoor) => Promise<void>,
): Promise<void> {
  const { openLocalDoor } = await import("./open-door.ts");
  await attended(io, app, () => openLocalDoor(io, app), work);
}

/** An answer for programs, in the API's envelope. */
export function printAnswer(io: Pick<Io, "stdout">, answer: object): void {
  io.stdout(`${JSON.stringify({ success: true, ...answer })}\n`);
}

async function attended<D extends Door>(
  io: Io,
  app: string | undefined,
  open: () => Promise<D>,
  work: (door: D) => Promise<void>,
): Promise<void> {
  let door: D | null = null;
  try {
    door = await open();
    await work(door);
  } catch (error) {
    // These have said all there is to say, and what Ctrl-C broke off needs no words.
    const isSaid = error instanceof AlreadyPrinted || error instanceof NoDaemon || error === io.signal.reason;
    throw isSaid ? error : await withCircumstances(error, door, app);
  } finally {
    await door?.close();
  }
}

async function withCircumstances(error: unknown, door: Door | null, app: string | undefined): Promise<Error> {
  const { OwnersTrouble, circumstancesOf } = await import("./owners-trouble.ts");
  const known = asUpdateError(error);
  return new OwnersTrouble(error, await circumstancesOf(door, app, known.code));
}
