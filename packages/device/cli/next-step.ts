import type { Failure, FailureCode } from "@pawl/protocol";
import { journalIn } from "../helper/journal.ts";
import { isOfTheRelease } from "../update/left-alone.ts";
import { unreachable } from "../update/unreachable.ts";
import { sizeInWords } from "./sizes.ts";
import { when } from "./times.ts";

/** What went wrong, as far as a next step depends on it. */
export type Trouble = Pick<Failure, "code"> & Partial<Omit<Failure, "code" | "message">>;

export interface Circumstances {
  now: Date;
  /** When Pawl checks by itself the next time; null when it doesn't. */
  nextRun: string | null;
  /** The app that was named; undefined: the first one was meant. */
  app?: string | undefined;
}

/** What to do about it, in a sentence; null when its own sentence says that already. Pure. */
export function nextStep(trouble: Trouble, { now, nextRun, app }: Circumstances): string | null {
  const { code, version, path, retry_at } = trouble;
  const pawl = (command: string) => `\`pawl ${command}${app === undefined ? "" : ` --app ${app}`}\``;
  // What a check stumbles over is looked at again by the next one.
  const leftAlone =
    isOfTheRelease(code) && trouble.phase && version ? " Pawl doesn't try this one again by itself." : "";
  const again = `${pawl(version ? `install ${version}` : "install")} tries again`;
  switch (code) {
    case "offline":
    case "host_error": {
      const by = retry_at ?? nextRun;
      return by === null
        ? `Everything keeps working. ${pawl("check --force")} tries again.`
        : `Everything keeps working. Pawl tries again ${when(by, now)}; ${pawl("check --force")} tries now.`;
    }
    case "rate_limited": {
      const next = retry_at ?? nextRun;
      return next === null ? "Try again in an hour." : `Next check ${when(next, now)}.`;
    }
    case "not_found":
      return `${pawl("changelog")} and ${pawl("channel")} show what the source has.`;
    case "bad_manifest":
    case "bad_version":
    case "too_large":
    case "archive_refused":
      return `Nothing was changed. Tell the publisher: the release has to be repaired.${leftAlone}`;
    case "release_moved":
      return `Nothing was changed. ${pawl("install")} takes what is there now.`;
    case "disk_full":
      return `${room(trouble)} Then ${again}.`;
    case "not_writable":
      return path ? `See to it that ${path} can be written; then ${again}.` : `${pawl("log")} shows where.`;
    case "requires_unmet":
      return `Nothing was changed. When this device has what is missing, ${again}.`;
    case "clock_wrong":
      return `Set this device's date and time (\`timedatectl\` shows them); then ${again}.`;
    case "signature_missing":
    case "signature_wrong":
      return "Nothing was changed. Ask the publisher for a release signed with a key in public_keys of pawl.yaml.";
    case "hash_mismatch":
      return `${again}. If it comes back, tell the publisher: what is published isn't what was signed.`;
    case "unpack_failed":
    case "backup_failed":
    case "switch_failed":
    case "pip_failed":
    case "import_failed":
      return `${pawl("log")} shows what happened; ${again}.${leftAlone}`;
    case "restart_failed":
    case "health_failed":
      return trouble.back_on && version
        ? `${version} isn't offered again. ${pawl("log")} shows what happened; ${again}.`
        : `${pawl("log")} shows what happened; ${again}.`;
    case "power_lost":
      return `${again}.`;
    case "busy":
      return `${pawl("status")} shows how it is doing.`;
    case "helper_missing": {
      const journal = journalIn(trouble.detail ?? "");
      return journal === null
        ? `${pawl("log")} shows how far it got, and \`sudo pawl doctor\` what is wrong; then ${again}.`
        : `\`sudo ${journal}\` shows why, and \`sudo pawl doctor\` what is wrong; then ${again}.`;
    }
    case "unauthorized":
    case "forbidden":
      return "Put a token into PAWL_TOKEN, or run this as root.";
    case "method_not_allowed":
    case "payload_too_large":
      return "The daemon may be of another version than this command: restart it.";
    case "internal":
      return `Please report it, with what ${pawl("log")} prints.`;
    case "cancelled":
    case "config_invalid":
    case "state_damaged":
    case "bad_request":
    case "downgrade_refused":
    case "up_to_date":
    case "no_backup":
    case "unknown_app":
      return null;
    default:
      return unreachable(code);
  }
}

/** Whether nothing gets better before a person does something: only then is it shown in red. */
export function mustAct(code: FailureCode): boolean {
  return !PASSES.has(code);
}

const PASSES: ReadonlySet<FailureCode> = new Set([
  "offline",
  "host_error",
  "rate_limited",
  "busy",
  "cancelled",
  "up_to_date",
  "downgrade_refused",
  "no_backup",
  "restart_failed",
  "health_failed",
  "power_lost",
]);

function room({ needed_bytes: needed, free_bytes: free, path }: Trouble): string {
  const where = path ?? "the disk";
  const missing = typeof needed === "number" && typeof free === "number" && needed > free ? needed - free : null;
  const what = missing === null ? `Make room on ${where}` : `Free ${sizeInWords(missing)} on ${where}`;
  return `${what}: \`du -xh ${path ?? "/"} | sort -h | tail\` shows what uses the space.`;
}
