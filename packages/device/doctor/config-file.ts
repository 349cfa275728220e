import type { Config } from "@pawl/protocol";
import { PUSHERS } from "../config/assess-source.ts";
import { type ConfigProblem, describeProblem } from "../config.ts";
import { isRootsAlone } from "../store/roots-alone.ts";
import { weakPlace } from "./rights.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

const ABOUT_KEYS = ["without public_keys", PUSHERS];

/** What is wrong with `pawl.yaml`, or unwise in it. Pure. */
export function assessProblems(path: string, problems: readonly ConfigProblem[]): Finding[] {
  const fix = `Correct ${path}; \`pawl config check\` says when it is right`;
  const findings = problems
    // What it means that there is no key is a check of its own.
    .filter(({ severity, message }) => severity === "error" || !ABOUT_KEYS.some((words) => message.startsWith(words)))
    .map((problem) => {
      const words = describeProblem(problem);
      return problem.severity === "error" ? trouble(words, fix) : warning(words.replace(": warning: ", ": "), fix);
    });
  if (findings.some(({ ok }) => ok === "trouble")) return findings;
  return [fine(`${path} is valid`), ...findings];
}

/** Whether anybody but root could write what root does as it says. */
export async function lookAtOwner(path: string): Promise<Finding[]> {
  const weak = await weakPlace(path, (there) => !isRootsAlone(there));
  if (weak === null) return [fine(`${path} is root's alone`)];
  const title =
    weak === path
      ? `Others than root may write ${path}, and root does what it says`
      : `Others than root may put another file in the place of ${path}, for they may write in ${weak}`;
  return [trouble(title, `chown root: ${weak} && chmod go-w ${weak}`)];
}

/**
 * Whether releases have to prove who made them. Pure.
 *
 * @param isOfBranches they are commits, which prove nothing
 */
export function assessKeys(
  { public_keys: keys }: Pick<Config["apps"][string], "public_keys">,
  isOfBranches: boolean,
): Finding[] {
  if (isOfBranches) {
    const detail = 'so does whoever takes over the user that Pawl\'s API runs as: docs/safety.md, "Branches"';
    return [fine("Commits aren't signed: who may push to the branch decides what runs", detail)];
  }
  if (keys.length > 0)
    return [fine(`Only releases signed with ${keys.length === 1 ? "its key" : "one of its keys"} are installed`)];
  return [
    warning(
      "There are no public_keys: whoever takes over the source, or the user that Pawl's API runs as, can have anything installed",
      'Ask the publisher for the key (`pawl key generate` makes one) and write it into pawl.yaml: public_keys: ["ed25519:…"]',
    ),
  ];
}
