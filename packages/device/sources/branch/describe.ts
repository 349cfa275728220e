import { UpdateError } from "../../error.ts";
import { globMatches } from "./glob.ts";
import type { DescribeRules } from "./types.ts";

/** Every tag with a digit in it, as setuptools_scm asks by default. */
export const DESCRIBE: DescribeRules = { match: ["*[0-9]*"], exclude: [], annotatedOnly: false, firstParent: false };

/** The options of `git describe` for these rules; a commit is to follow. Each is one word, whatever a project has written. */
export function describeArguments(rules: DescribeRules): string[] {
  return [
    ...(rules.annotatedOnly ? [] : ["--tags"]),
    "--long",
    ...(rules.firstParent ? ["--first-parent"] : []),
    ...rules.match.map((pattern) => `--match=${pattern}`),
    ...rules.exclude.map((pattern) => `--exclude=${pattern}`),
  ];
}

/** Whether `git describe` would look at a tag, named without `refs/tags/`. */
export function counts(rules: DescribeRules, name: string, annotated: boolean): boolean {
  if (rules.annotatedOnly && !annotated) return false;
  if (rules.exclude.some((pattern) => globMatches(pattern, name))) return false;
  return rules.match.length === 0 || rules.match.some((pattern) => globMatches(pattern, name));
}

/**
 * The rules in a `git_describe_command` of a project's, of which nothing is run. Throws UpdateError `bad_version` for one
 * that is something else than `git describe` with options that are known here.
 */
export function readDescribeCommand(command: string | string[], from: string): DescribeRules {
  const words = typeof command === "string" ? splitWords(command) : command;
  const rules: DescribeRules = { match: [], exclude: [], annotatedOnly: true, firstParent: false };
  const [git, describe, ...options] = words;
  if (git !== "git" || describe !== "describe") throw refused(words.slice(0, 2).join(" "), from);
  while (options.length > 0) {
    const [, name = "", value] = /^(--[a-z-]+)(?:=(.*))?$/s.exec(options.shift() ?? "") ?? [];
    if (name === "--match" || name === "--exclude") {
      const pattern = value ?? options.shift() ?? "";
      if (!/^[\x20-\x7e]{1,200}$/.test(pattern)) throw refused(name, from);
      rules[name === "--match" ? "match" : "exclude"].push(pattern);
    } else if (name === "--tags") rules.annotatedOnly = false;
    else if (name === "--first-parent") rules.firstParent = true;
    // What the others do doesn't change which tag it is, here where nothing is checked out.
    else if (!["--long", "--dirty", "--broken", "--abbrev"].includes(name))
      throw refused(name || "something else", from);
  }
  return rules;
}

/** As a shell would, as far as patterns need it. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"),
  );
}

function refused(what: string, from: string): UpdateError {
  return new UpdateError(
    "bad_version",
    `The project's ${from} has setuptools_scm run a command of its own to find the tag (${what.replace(/[^\x20-\x7e]/g, "?").slice(0, 60)}), and Pawl runs nothing of a project's to look for updates. The project may use git describe with --match, --exclude, --tags and --first-parent.`,
    { path: from },
  );
}
