import { UpdateError } from "../../error.ts";
import { isMissing } from "../../system/run.ts";
import type { RunResult } from "../../system/types.ts";
import { cleanLine } from "../commits/clean-text.ts";
import type { Remote } from "./remote.ts";

const DETAIL_MAX = 500;

/** Which status an http host answered with, when git failed for that. */
export function httpStatus({ stderr }: Pick<RunResult, "stderr">): number | null {
  const status = /The requested URL returned error: (\d{3})/.exec(stderr)?.[1];
  return status === undefined ? null : Number(status);
}

/** Why a git that talked to a remote failed, in words for people. Nothing of what is secret is in them. */
export function gitTrouble(
  result: RunResult,
  { remote, secrets = [], seconds }: { remote: Remote; secrets?: string[]; seconds: number },
): UpdateError {
  const detail = detailOf(result.stderr, secrets);
  const { shown } = remote;
  if (isMissing(result, "git")) return gitMissing();
  if (result.timedOut) {
    return new UpdateError(
      "offline",
      `The update server can't be reached: ${shown} didn't finish its answer within ${Math.ceil(seconds)} s.`,
      { detail: "timeout" },
    );
  }
  for (const [pattern, trouble] of TROUBLES) {
    const match = pattern.exec(result.stderr);
    if (match) return trouble({ shown, detail, remote, match, isIdentified: secrets.length > 0 });
  }
  return new UpdateError("host_error", `git can't read ${shown}.`, { detail });
}

export function gitMissing(): UpdateError {
  return new UpdateError(
    "requires_unmet",
    "This device has no git, which following a branch takes. Install it: apt install git. A repository on GitHub can be followed without, by source.github with follow: branches.",
  );
}

interface Facts {
  shown: string;
  detail: string;
  remote: Remote;
  /** A token or a password was given. */
  isIdentified: boolean;
  match: RegExpExecArray;
}

function notTaken(shown: string, detail: string): UpdateError {
  return new UpdateError(
    "config_invalid",
    `${shown} doesn't take the token or password it is given. Check source.git.token_file, and whether the token has expired or may not read the repository.`,
    { detail },
  );
}

/** First that matches. What git, curl and ssh say (git 2.39, curl 7.88, OpenSSH 9.2; LC_ALL=C). */
const TROUBLES: readonly (readonly [RegExp, (facts: Facts) => UpdateError])[] = [
  [
    /No space left on device|Disk quota exceeded/,
    ({ detail }) => new UpdateError("disk_full", "The disk is full: there is no room for the repository.", { detail }),
  ],
  [
    /Read-only file system|unable to create (temporary )?file|insufficient permission for adding an object/,
    ({ detail }) =>
      new UpdateError("not_writable", "Pawl can't write its copy of the repository into its state folder.", { detail }),
  ],
  [
    /detected dubious ownership in repository/,
    ({ shown, detail }) =>
      new UpdateError(
        "config_invalid",
        `${shown} belongs to another user, and git reads it for its owner only. Give it to the user Pawl runs as, or let it be reached by https or ssh.`,
        { detail },
      ),
  ],
  [
    /transport '[^']*' not allowed/,
    ({ detail }) =>
      new UpdateError(
        "config_invalid",
        "The source's git.url must be an https, http, ssh or file address; other transports aren't used.",
        { detail },
      ),
  ],
  [
    /could not read (Username|Password) for|terminal prompts disabled/,
    ({ shown, detail, isIdentified }) =>
      isIdentified
        ? notTaken(shown, detail)
        : new UpdateError(
            "config_invalid",
            `${shown} wants a user name and a password. Put a token that may read the repository into a file, and set source.git.token_file to it. Hosts also ask when there is no such repository.`,
            { detail },
          ),
  ],
  [/Authentication failed for|returned error: 401/, ({ shown, detail }) => notTaken(shown, detail)],
  [
    /Permission denied \([a-z,-]*(publickey|password|keyboard)/,
    ({ shown, detail }) =>
      new UpdateError(
        "config_invalid",
        `${shown} doesn't let this device's ssh key in. Set source.git.key_file to a key without a passphrase that the user Pawl runs as can read, and add its .pub to the repository as a deploy key.`,
        { detail },
      ),
  ],
  [
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    ({ shown, detail }) =>
      new UpdateError(
        "config_invalid",
        `${shown} isn't the host it is believed to be, or isn't known yet. Compare its key with what the host publishes (ssh-keyscan shows it), and put it into the file source.git.known_hosts_file names.`,
        { detail },
      ),
  ],
  [
    /not (yet )?activated|not yet valid/i,
    ({ shown, detail }) =>
      new UpdateError(
        "clock_wrong",
        `The certificate of ${shown} isn't valid yet. Check this device's date and time.`,
        { detail },
      ),
  ],
  [
    /certificate|SSL_connect|gnutls_handshake|SSL routines/i,
    ({ shown, detail }) =>
      new UpdateError("host_error", `The connection to ${shown} isn't trusted: its certificate is wrong.`, { detail }),
  ],
  [
    /Could not resolve (host|proxy)|Could not resolve hostname|Name or service not known|Temporary failure in name resolution/i,
    ({ shown, detail }) =>
      new UpdateError(
        "offline",
        `The update server can't be reached: the name in ${shown} can't be looked up. Check the network connection.`,
        { detail },
      ),
  ],
  [
    /returned error: 429/,
    ({ shown, detail }) =>
      new UpdateError("rate_limited", `${shown} limits how often it may be asked. Try again later.`, { detail }),
  ],
  [
    /returned error: (403|451)/,
    ({ shown, detail }) =>
      new UpdateError("host_error", `${shown} refuses access. Check the token of the source (source.git.token_file).`, {
        detail,
      }),
  ],
  [
    /returned error: (5\d\d)/,
    ({ shown, detail, match }) =>
      new UpdateError("host_error", `${shown} has a fault of its own (HTTP ${match[1]}). Try again later.`, { detail }),
  ],
  [
    /not our ref|unadvertised object|couldn't find remote ref|filter '[^']*' not supported|filter allows max depth/,
    ({ shown, detail }) => new UpdateError("release_moved", `${shown} doesn't have that commit any more.`, { detail }),
  ],
  [
    /repository '[^']*' not found|Repository not found|returned error: (404|410)|does not appear to be a git repository|could not be found or you don't have permission|not a git repository/,
    ({ shown, detail, remote }) =>
      new UpdateError(
        "not_found",
        remote.transport === "file"
          ? `There is no git repository at ${shown}, or the user Pawl runs as can't read it.`
          : `There is no git repository at ${shown}, or it may only be read with a token. Check source.git.url.`,
        { detail },
      ),
  ],
  [
    /Failed to connect|Couldn't connect|Connection (refused|timed out|reset|closed)|No route to host|Network is unreachable|Operation too slow|Operation timed out|Timeout, server|unexpected disconnect|early EOF|the remote end hung up|RPC failed|Empty reply|Recv failure|Send failure|expected flush|bytes of body are still expected|transfer closed|kex_exchange_identification|Broken pipe/i,
    ({ shown, detail }) =>
      new UpdateError(
        "offline",
        `The update server can't be reached: ${shown} doesn't answer, or the connection broke off. Check the network connection.`,
        { detail },
      ),
  ],
  [
    /fsck error|index-pack failed|invalid index-pack output|inflate|pack has bad object|pack is corrupted|hash mismatch/,
    ({ shown, detail }) =>
      new UpdateError("host_error", `${shown} sends something that isn't sound: its data are damaged or forged.`, {
        detail,
      }),
  ],
  [
    /not valid: is this a git repository|protocol error|bad line length|invalid server response|bad pack header|expected (packfile|service)/,
    ({ shown, detail }) =>
      new UpdateError(
        "host_error",
        `${shown} doesn't answer as a git repository does. Check source.git.url, and whether the network asks to sign in.`,
        { detail },
      ),
  ],
];

/** The last lines of what was said, without what is secret and nothing that could play tricks on who reads it. */
function detailOf(stderr: string, secrets: string[]): string {
  const plain = secrets
    .filter((secret) => secret.length > 3)
    .reduce((text, secret) => text.replaceAll(secret, "***"), stderr)
    .replace(/\/\/[^/\s@]*@/g, "//");
  const lines = plain
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== "" && !/^(From |Please make sure|and the repo)/.test(line));
  return cleanLine(lines.slice(-6).join(" / "), DETAIL_MAX);
}
