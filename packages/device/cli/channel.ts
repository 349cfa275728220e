import type { FailureCode } from "@pawl/protocol";
import { Command } from "commander";
import { UpdateError } from "../error.ts";
import type { Door } from "./door.ts";
import type { Io } from "./io.ts";
import { type Common, common, printAnswer, withDoor } from "./with-door.ts";

interface ChannelFlags extends Common {
  force?: boolean;
  reset?: boolean;
}

/** `pawl channel`: which stream of releases is followed. Without a name it lists them. Throws UpdateError. */
export function channelCommand(io: Io): Command {
  return common(new Command("channel").description("follow another channel; without a name: list them"))
    .argument("[name]", "such as stable or prerelease, or a branch")
    .option("--force", "without asking the source whether it has it")
    .option("--reset", "go back to what pawl.yaml says")
    .action((name: string | undefined, flags: ChannelFlags) => channel(io, name, flags));
}

async function channel(io: Io, name: string | undefined, flags: ChannelFlags): Promise<void> {
  const { app, reset = false, force = false } = flags;
  if (reset && name !== undefined) throw new UpdateError("bad_request", "--reset takes no name; give it alone.");
  if (name === undefined && !reset) return list(io, flags);
  if (name !== undefined) await checkName(name);
  return withDoor(io, app, async (door) => {
    const before = (await door.status()).channel;
    if (name === undefined) await door.changeSettings({ channel: null });
    else await follow(door, name, force);
    const { channel: now } = await door.status();
    const check = `pawl check${app === undefined ? "" : ` --app ${app}`}`;
    const message =
      now === before
        ? `${door.title} follows ${now}, as before.`
        : `${door.title} follows ${now} from now on. ${check} asks what is there.`;
    if (flags.json) printAnswer(io, { channel: now, message });
    else io.stdout(`${message}\n`);
  });
}

/** A source that can't be asked must not leave one without a way. */
async function follow(door: Door, channel: string, force: boolean): Promise<void> {
  try {
    await door.setChannel({ channel, force });
  } catch (error) {
    if (!(error instanceof UpdateError) || !UNASKED.has(error.code)) throw error;
    const message = `${error.message} Add --force to follow ${channel} without asking.`;
    throw new UpdateError(error.code, message, { ...error.fields, cause: error });
  }
}

const UNASKED: ReadonlySet<FailureCode> = new Set(["offline", "host_error", "rate_limited"]);

async function list(io: Io, { app, json }: ChannelFlags): Promise<void> {
  await withDoor(
    io,
    app,
    async (door) => {
      const answer = await door.channels();
      if (json) return printAnswer(io, answer);
      for (const name of answer.channels) {
        const line = name === answer.current_channel ? io.style.stdout.accent(`* ${name}  (followed)`) : `  ${name}`;
        io.stdout(`${line}\n`);
      }
      if (answer.warning) io.stderr(`${io.style.stderr.warn(answer.warning)}\n`);
    },
    { finishesFirst: false },
  );
}

async function checkName(name: string): Promise<void> {
  const { Channel } = await import("@pawl/protocol");
  if (!Channel.safeParse(name).success)
    throw new UpdateError("bad_request", `"${name}" can't be a channel's name. pawl channel lists them.`);
}
