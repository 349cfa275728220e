import type { DeviceSchemas } from "../../data/device.ts";

/** What a failure's words are made of. Sizes and times are written out already; null: not known. */
export interface FailureFacts {
  /** What was to be installed or gone back to: "2.4.0"; "The update" where nobody knows. */
  version: string;
  /** The device's own sentence, in English. */
  message: string;
  /** What the failed step itself said, such as a health check. */
  detail: string | null;
  path: string | null;
  missing: string | null;
  needed: string | null;
  free: string | null;
  /** When it is tried again by itself: "04:20". */
  again: string | null;
  isRollback: boolean;
  /** It doesn't work, and is in place all the same. */
  isStuck: boolean;
}

/** `why`: what happened, in one sentence. `next`: what the reader may do about it; null: pressing the button is all. */
export interface FailureWords {
  why: string;
  next: string | null;
}

type Words = (facts: FailureFacts) => FailureWords;

const said = (next: string | null): Words => {
  return ({ message }) => ({ why: message, next });
};

const ASK_PUBLISHER = "Send the report to whoever publishes it: the release has to be repaired.";

const unsigned: Words = ({ version }) => ({
  why: `${version} isn't signed with the key this device trusts, so it was not installed.`,
  next: "Ask whoever publishes it for a release signed with that key; the report says which release it is.",
});

const stepFailed = (what: string): Words => {
  return ({ message }) => ({ why: message, next: `${what} The log says more.` });
};

export const failures = {
  nothingChanged: "Nothing was changed.",
  asBefore: "Everything is as it was before.",
  wentBack: (version: string) => `Pawl went back to ${version}.`,
  stays: (version: string) => `There is no earlier release to go back to, so ${version} stays in place.`,
  theUpdate: "The update",
  codes: {
    offline: ({ again }) => ({
      why: "The update server can't be reached.",
      next: again ? `Everything keeps working; Pawl tries again at ${again}.` : "Everything keeps working.",
    }),
    host_error: ({ again }) => ({
      why: "The update server has trouble of its own.",
      next: again ? `Everything keeps working; Pawl tries again at ${again}.` : "Everything keeps working.",
    }),
    rate_limited: ({ message, again }) => ({
      why: firstSentence(message),
      next: again
        ? `Everything keeps working. Next check ${again}.`
        : "Everything keeps working. Try again in an hour.",
    }),
    not_found: said("Choose another channel, or check again later."),
    bad_manifest: said(ASK_PUBLISHER),
    bad_version: said(ASK_PUBLISHER),
    archive_refused: said(ASK_PUBLISHER),
    too_large: said(ASK_PUBLISHER),
    release_moved: ({ version }) => ({
      why: `${version} isn't any more what it was at the last check.`,
      next: "Check now, then install what is there.",
    }),
    downgrade_refused: said("It can be installed by its name."),
    up_to_date: said(null),
    disk_full: ({ missing, needed, free, path, message }) => ({
      why:
        missing && needed && free
          ? `${missing} are missing on ${path ?? "the disk"} (needs ${needed}, has ${free}).`
          : message,
      next: `Make room on ${path ?? "the disk"}, then try again.`,
    }),
    not_writable: ({ message, path }) => ({
      why: message,
      next: path ? `See to it that ${path} can be written, then try again.` : "The log says where.",
    }),
    requires_unmet: said("When this device has what is missing, try again."),
    clock_wrong: said("Set this device's date and time, then try again."),
    signature_missing: unsigned,
    signature_wrong: unsigned,
    hash_mismatch: ({ version }) => ({
      why: `What was downloaded isn't ${version} as it was published, so it was not installed.`,
      next: "Try again. If it comes back, send the report to whoever publishes it.",
    }),
    unpack_failed: stepFailed("Try again."),
    backup_failed: stepFailed("Nothing is installed without a way back."),
    switch_failed: stepFailed("Try again."),
    restart_failed: ({ version, detail, message }) => ({
      why: detail ? `${version} was put in place, but it didn't start: ${sentence(detail)}` : message,
      next: "The log says more.",
    }),
    health_failed: ({ version, detail, message, isRollback, isStuck }) => ({
      why: detail ? `${version} started, but it doesn't work: ${sentence(detail)}` : message,
      next:
        isRollback || isStuck
          ? "The log says more."
          : `${version} isn't offered again until you ask for it. The log says more.`,
    }),
    power_lost: ({ version, isRollback }) => ({
      why: isRollback
        ? `The power went out while the device was going back to ${version}.`
        : `The power went out while ${version} was being installed.`,
      next: "Nothing is lost.",
    }),
    busy: ({ message }) => ({ why: message, next: "Watch it, or try again when it has ended." }),
    cancelled: () => ({ why: "The update was cancelled.", next: null }),
    config_invalid: ({ message, path }) => ({
      why: message,
      next: `Put ${path ?? "the device's pawl.yaml"} right, then try again.`,
    }),
    helper_missing: ({ message }) => ({
      why: message,
      next: "On the device, `sudo pawl doctor` says what is wrong; then try again.",
    }),
    pip_failed: stepFailed("Try again; if it comes back, send the report to whoever publishes it."),
    import_failed: stepFailed("Send the report to whoever publishes it."),
    state_damaged: said("On the device, `sudo pawl doctor` says what to do."),
    unauthorized: () => ({ why: "This needs a token that the device knows.", next: "Sign in, then try again." }),
    forbidden: ({ message }) => ({ why: message, next: "Use the device's own address, or another token." }),
    no_backup: () => ({ why: "No earlier release is kept on this device.", next: null }),
    unknown_app: () => ({ why: "This device has no such app.", next: "Its list of apps says which there are." }),
    bad_request: said(null),
    method_not_allowed: () => ({
      why: "This page and the device are of different versions.",
      next: "Reload the page, then try again.",
    }),
    payload_too_large: () => ({
      why: "This page and the device are of different versions.",
      next: "Reload the page, then try again.",
    }),
    internal: ({ message }) => ({ why: message, next: "That is Pawl's own mistake: please report it." }),
  } satisfies Record<DeviceSchemas["FailureCode"], Words> as Readonly<Record<string, Words>>,
  /** Of a code that only newer devices have. */
  unknown: (({ message }) => ({ why: message, next: "The log says more." })) satisfies Words as Words,
  /** Why a press came to nothing; what isn't here is worded as above. */
  calls: {
    unreachable: "The device doesn't answer. Look whether it was done before you try again.",
    timeout: "The device didn't answer in time. Look whether it was done before you try again.",
    not_the_server:
      "Something else answered in the device's place. Perhaps a proxy, or a network that wants a sign-in.",
  } as Readonly<Record<string, string>>,
};
export type FailuresWords = typeof failures;

function sentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

/** What follows says when, in a form for programs. */
function firstSentence(words: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(words)?.[0] ?? words;
}
