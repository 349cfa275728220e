import { Argument, Command } from "commander";
import { settingsAsked } from "./asked-settings.ts";
import type { Door } from "./door.ts";
import type { Io } from "./io.ts";
import { type Common, common, printAnswer, withDoor, withLocalDoor } from "./with-door.ts";

interface AutoFlags extends Common {
  time?: string;
  install?: boolean;
  window?: string;
  reset?: boolean;
}

/** `pawl auto`: what is done by itself, every day. Without arguments it shows. Throws UpdateError. */
export function autoCommand(io: Io): Command {
  return common(new Command("auto").description("what is done by itself every day; without arguments: show it"))
    .addArgument(new Argument("[check]", "whether to check every day").choices(["on", "off"]))
    .option("--time <hh:mm>", "when to check")
    .option("--install", "install what the check finds")
    .option("--no-install", "leave installing to you")
    .option("--window <hh:mm-hh:mm>", "when installing by itself may begin, or any")
    .option("--reset", "go back to what pawl.yaml says")
    .action((check: "on" | "off" | undefined, flags: AutoFlags) => auto(io, check, flags));
}

async function auto(io: Io, check: "on" | "off" | undefined, flags: AutoFlags): Promise<void> {
  const { app, json, time, install, window, reset } = flags;
  const asked = await settingsAsked({
    check: check === undefined ? undefined : check === "on",
    time,
    install,
    window,
    reset,
  });
  const show = async (door: Door, settings: Awaited<ReturnType<Door["settings"]>>) => {
    const { auto: chosen } = await door.status();
    if (json) return printAnswer(io, { auto: chosen });
    const { autoWords } = await import("./auto-words.ts");
    io.stdout(autoWords({ title: door.title, auto: chosen, own: settings.own, now: new Date(), app }));
  };
  if (asked === null) return withLocalDoor(io, app, async (door) => show(door, await door.settings()));
  return withDoor(io, app, async (door) => show(door, await door.changeSettings(asked)));
}
