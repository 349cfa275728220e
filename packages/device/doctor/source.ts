import { followsBranches, type SourceConfig } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { asUpdateError, UpdateError } from "../error.ts";
import { seconds } from "../health/words.ts";
import { isNotAllowed } from "../preflight/file-system.ts";
import { withoutSecrets } from "../sources/git/transport.ts";
import type { Seen, Source } from "../sources/types.ts";
import { isMissing } from "../store/atomic-file.ts";
import { inOrder } from "../update/channel-names.ts";
import { newestOf } from "../update/choose.ts";
import { type Finding, fine, trouble, warning } from "./types.ts";

/** The source's answer to one real question, or why there is none. */
export type SourceAnswer = Seen | { failure: UpdateError };

/** A check has more time for it; somebody waits for this one. In milliseconds. */
const PATIENCE_MS = 10_000;

/** Asks a source what it has, as a check would. Rejects only with the signal's reason. */
export async function askSource(
  source: Pick<Source, "look" | "address" | "branches">,
  channel: string,
  signal: AbortSignal,
  { patienceMs = PATIENCE_MS } = {},
): Promise<SourceAnswer> {
  const patience = AbortSignal.timeout(patienceMs);
  try {
    const either = AbortSignal.any([signal, patience]);
    if (source.branches) return { offers: [], channels: await source.branches.names(either) };
    return await source.look({ channel, installed: null }, either);
  } catch (error) {
    signal.throwIfAborted();
    if (!patience.aborted) return { failure: asUpdateError(error) };
    return { failure: new UpdateError("offline", `${source.address} gave no answer for ${seconds(patienceMs)}.`) };
  }
}

/** Whether a source can be asked. Pure. */
export function assessSource(answer: SourceAnswer, address: string, config: SourceConfig): Finding {
  if ("offers" in answer) {
    const isOfBranches = followsBranches(config);
    const { length } = isOfBranches ? answer.channels : answer.offers;
    const [one, many] = isOfBranches ? ["one branch", "branches"] : ["one release", "releases"];
    return fine(`${address} answers: ${length === 1 ? one : `${length} ${many}`}`);
  }
  const { failure } = answer;
  const title = failure.message.replace(/\.$/, "");
  const { detail = null, retry_at } = failure.fields;
  if ("directory" in config) return assessFolder(failure, config.directory.path);
  switch (failure.code) {
    case "rate_limited":
      return warning(
        title,
        `Wait${retry_at ? ` until ${retry_at}` : " an hour"}; with a token_file in pawl.yaml more is allowed`,
        detail,
      );
    case "not_found":
      return trouble(title, "Correct source in pawl.yaml, or ask the publisher", detail);
    case "config_invalid":
      // What git says names the setting itself.
      if ("git" in config) return trouble(title, "Correct source in pawl.yaml, or what it names", detail);
      return trouble(title, "Put the source's token where token_file says, readable for the user Pawl runs as", detail);
    case "bad_manifest":
    case "too_large":
      return trouble(title, "Ask the publisher to make the list anew: `pawl release index`", detail);
    case "requires_unmet":
      return trouble(title, "Install it, then try again", detail);
    default:
      if ("git" in config) {
        return trouble(
          title,
          `\`git ls-remote --heads ${withoutSecrets(config.git.url)}\` shows how far one gets`,
          detail,
        );
      }
      return trouble(
        title,
        `\`curl -sSI ${urlOf(config)}\` shows how far one gets: name, network, certificate`,
        detail,
      );
  }
}

/** A folder on this device may come and go with a stick. */
function assessFolder({ code, message, fields, cause }: UpdateError, path: string): Finding {
  const title = message.replace(/\.$/, "");
  const detail = fields.detail ?? null;
  if (isMissing(cause))
    return warning(title, `Plug in or mount what ${path} is on, or correct source.directory.path`, detail);
  if (isNotAllowed(cause))
    return trouble(title, `Let the user that Pawl's API runs as read ${path}: chmod -R o+rX ${path}`, detail);
  return trouble(title, `Look at what is in ${path}: ls -l ${path}`, detail ?? code);
}

/** Whether the source has what the owner follows. No answer: nothing to say. Pure. */
export function assessChannel(
  answer: SourceAnswer,
  { app, channel, versioning, isBranch }: { app: string; channel: string; versioning: Versioning; isBranch: boolean },
): Finding[] {
  if ("failure" in answer) return [];
  const { offers, channels } = answer;
  const names = inOrder(channels);
  if (isBranch && names.includes(channel)) return [fine(`The channel ${channel} is one of its branches`)];
  const newest = newestOf(offers, channel, versioning);
  if (newest) return [fine(`The newest release of the channel ${channel} is ${newest.version}`)];
  const has = names.join(", ");
  const fix = `Follow another: pawl channel NAME --app ${app}`;
  if (names.includes(channel)) {
    return [warning(`There is no release in the channel ${channel} yet`, `Wait for one. ${fix}`, has)];
  }
  return [trouble(`The source has no channel ${channel}; it has ${has}`, fix)];
}

/** What may be shown of it: no password, no query. */
function urlOf(config: Exclude<SourceConfig, { directory: object } | { git: object }>): string {
  const [{ url }] = Object.values(config) as [{ url: string }];
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** What a user found who is neither root nor the API's: what they may not do says nothing of what the API may. Pure. */
export function forStrangers(found: Finding, answer: SourceAnswer): Finding {
  const isTheirs = "failure" in answer && answer.failure.code === "config_invalid";
  return isTheirs
    ? warning("This user may not ask the source as Pawl's API does", "sudo pawl doctor", found.title)
    : found;
}
