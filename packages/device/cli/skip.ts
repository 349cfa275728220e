import { Command } from "commander";
import { checkName, isNamed } from "../asked-version.ts";
import type { Io } from "./io.ts";
import { type Common, common, printAnswer, withDoor, withLocalDoor } from "./with-door.ts";

interface SkipFlags extends Common {
  undo?: boolean;
}

/** `pawl skip`: a version that isn't offered. Without arguments it shows which. Throws UpdateError. */
export function skipCommand(io: Io): Command {
  return common(new Command("skip").description("don't offer a version; without arguments: show which is skipped"))
    .argument("[version]", "it can still be installed by name")
    .option("--undo", "offer it again; without a version: the one that is skipped")
    .action((version: string | undefined, flags: SkipFlags) => skip(io, version, flags));
}

async function skip(io: Io, version: string | undefined, { app, json, undo = false }: SkipFlags): Promise<void> {
  checkName(version);
  const show = (skipped: string | null, words: string) => {
    if (json) printAnswer(io, { skipped_version: skipped });
    else io.stdout(`${words}\n`);
  };
  if (version === undefined && !undo) {
    return withLocalDoor(io, app, async (door) => {
      const { skipped_version: skipped } = await door.status();
      show(skipped, skipped === null ? "No version is skipped." : `${skipped} is skipped.`);
    });
  }
  return withDoor(io, app, async (door) => {
    const named = version ?? (await door.status()).skipped_version;
    if (named === null) return show(null, "No version is skipped.");
    const skipped = await door.skip({ version: named, skip: !undo });
    show(skipped, words(named, skipped, app));
  });
}

function words(named: string, skipped: string | null, app: string | undefined): string {
  const here = app === undefined ? "" : ` --app ${app}`;
  if (skipped !== null && isNamed({ version: skipped }, named)) {
    return `${named} is skipped: it isn't offered, and not installed by itself. pawl skip --undo${here} takes that back; pawl install ${named}${here} installs it all the same.`;
  }
  return skipped === null ? `${named} is offered again.` : `${named} wasn't skipped; ${skipped} is.`;
}
