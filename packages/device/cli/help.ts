import type { Command } from "commander";
import { EXAMPLES } from "./examples.ts";

/** Who a command is for, in the order in which one meets them. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "This device:": [
    "status",
    "check",
    "install",
    "rollback",
    "cancel",
    "changelog",
    "auto",
    "skip",
    "channel",
    "seen",
    "log",
    "history",
    "config",
    "setup",
    "doctor",
    "token",
  ],
  "Publishing releases:": ["key", "release"],
};

/** What is in no other group. */
const BACKGROUND = "In the background:";

/** Lists the commands of a program by whom they are for, and gives each its examples. */
export function explain(program: Command): void {
  // Suggestions for a misspelt command are made from the visible ones, so these stay, and only their list is ours.
  program.configureHelp({ formatHelp: grouped, subcommandTerm });
  for (const leaf of leavesOf(program)) {
    const lines = EXAMPLES[pathOf(leaf)] ?? [];
    const width = Math.max(...lines.map(([typed]) => typed.length));
    const words = lines.map(([typed, does]) => `  pawl ${typed.padEnd(width)}   ${does}\n`);
    if (words.length > 0) leaf.addHelpText("after", `\nExamples:\n${words.join("")}`.trimEnd());
  }
}

/** Commands that do something themselves. */
export function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** `release pack` */
export function pathOf(command: Command): string {
  const above = command.parent?.parent ? `${pathOf(command.parent)} ` : "";
  return `${above}${command.name()}`;
}

/** Every command has options; saying so in each line tells nobody anything. */
function subcommandTerm(command: Command): string {
  const words = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  return [command.name(), ...words].join(" ");
}

function grouped(program: Command, helper: ReturnType<Command["createHelp"]>): string {
  const width = helper.padWidth(program, helper);
  const item = (term: string, words: string) => helper.formatItem(term, width, words, helper);
  const commands = helper.visibleCommands(program);
  const named = Object.values(GROUPS).flat();
  const rest = commands.map((command) => command.name()).filter((name) => !named.includes(name) && name !== "help");
  const sections = Object.entries({ ...GROUPS, [BACKGROUND]: rest }).map(([title, names]) => {
    const members = names.flatMap((name) => commands.find((command) => command.name() === name) ?? []);
    const lines = members.map((one) => item(helper.subcommandTerm(one), helper.subcommandDescription(one)));
    return `${helper.styleTitle(title)}\n${lines.join("\n")}`;
  });
  const options = helper
    .visibleOptions(program)
    .map((option) => item(helper.optionTerm(option), helper.optionDescription(option)));
  return [
    `Usage: ${helper.commandUsage(program)}`,
    helper.boxWrap(helper.commandDescription(program), helper.helpWidth ?? 80),
    ...sections,
    `Options:\n${options.join("\n")}`,
    "pawl help <command> explains a command, with examples.\n",
  ].join("\n\n");
}
