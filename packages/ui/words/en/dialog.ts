import type { Reason } from "../../data/can.ts";
import type { Phase, StepName } from "../../data/update-steps.ts";

export const dialog = {
  title: (name: string) => (name === "" ? "Updates" : `Updates · ${name}`),
  aboutApp: "This app's updates, not the system's.",
  close: "Close",

  loading: "Asking the device…",
  away: (seconds: string) => `The device doesn't answer. Reconnecting… ${seconds}`,
  awayLong: "Look whether the device has power and is in the network. This page goes on as soon as it answers.",
  signInToSee: "Sign in to see this app's updates.",

  /** What can't be pressed, and why. */
  reasons: {
    not_heard_yet: "The device hasn't answered yet",
    away: "The device doesn't answer",
    refused: "Sign in first",
    running: "An update is running",
    checking: "A check is running",
    limited: "The update server doesn't want to be asked yet",
    nothing_to_install: "There is nothing to install",
    no_backup: "No earlier release is kept",
    not_running: "No update is running",
    too_late: "It is too late to stop it; you can go back afterwards",
    going_back: "It is going back already",
  } satisfies Record<Reason, string> as Readonly<Record<Reason, string>>,

  overview: {
    nothingInstalled: "Nothing installed yet",
    installed: "Installed",
    latest: "Latest",
    upToDate: "Up to date",
    unchecked: "Pawl hasn't checked yet whether there is something newer.",
    none: (channel: string) => `The channel ${channel} has no release yet.`,
    skipped: (version: string) => `${version} is skipped: it isn't offered any more, nor installed by itself.`,
    refused: (version: string) => `${version} didn't work here, so it isn't offered again.`,
    older: (channel: string, version: string) => `The channel ${channel} has ${version}, which is older.`,
    published: (ago: string) => `Published ${ago}`,
    promise: (current: string | null, next: string) =>
      current === null
        ? "Your settings are kept."
        : `Your settings are kept. ${current} stays on this device; if ${next} doesn't work, Pawl goes back to it by itself.`,
    promiseOlder: (current: string) =>
      `Your settings are kept. ${current} stays on this device, so that you can return to it.`,
    install: (version: string) => `Install ${version}`,
    installSame: (version: string) => `Install this ${version}`,
    tryOnceMore: (version: string) => `Try ${version} once more`,
    skip: "Skip this version",
    offerAgain: "Offer again",
    checkNow: "Check now",
    checking: "Checking…",
    cancelled: "The update was cancelled. Nothing was changed.",
  },

  whatsNew: {
    title: "What's new",
    loading: "Loading what's new",
    empty: "Nobody has written down what is new.",
    failed: "What's new can't be loaded now.",
    tryAgain: "Try again",
    showAll: (count: string | null) => (count === null ? "Show all" : `Show all ${count}`),
    showLess: "Show fewer",
    thoseAreNewest: (count: string) => `These are the newest ${count}.`,
    more: "Read the rest",
    less: "Show less",
    cut: "This is only the beginning.",
    read: "Read on",
    by: (author: string) => `by ${author}`,
    warning: "This is what was known last; the update server can't be asked now.",
  },

  running: {
    installing: (version: string | null) => (version ? `Installing ${version}` : "Installing the update"),
    goingBack: (version: string | null) => (version ? `Going back to ${version}` : "Going back"),
    waiting: (version: string | null, at: string | null) =>
      at ? `${version ?? "The update"} installs at ${at}` : `${version ?? "The update"} is ready`,
    ofWhole: (percent: string) => `${percent} of the whole update`,
    mayClose: "You can close this page. The update goes on.",
    mayCloseBack: "You can close this page. Going back goes on.",
    byTimer: (ago: string) => `Started by the nightly check ${ago}.`,
    byOwner: (ago: string) => `Started ${ago}.`,
    cancel: "Cancel the update",
    cancelling: "Cancelling…",
    installNow: "Install now",
    steps: "Steps of the update",
    stepStates: { done: "Done", current: "Now", ahead: "Still to come", left: "Given up" },
  },

  steps: {
    downloading: "Download",
    verifying: "Verify",
    waiting: "Wait",
    staging: "Unpack",
    backing_up: "Back up",
    activating: "Switch",
    restarting: "Restart",
    health_check: "Check that it works",
    rolling_back: "Going back",
    other: "Update",
  } satisfies Record<StepName, string> as Readonly<Record<StepName, string>>,
  waitingUntil: (at: string) => `Wait until ${at}`,

  /** What goes on in the step that is open. */
  doing: {
    downloading: (_, to) => (to ? `Fetching ${to} from the update server.` : "Asking the update server…"),
    verifying: () => "Comparing what was downloaded with what was signed and stated.",
    waiting: () => "It is downloaded, and is installed when the maintenance window opens.",
    staging: (from) => (from ? `Beside ${from}, which keeps running.` : "Putting the files in order."),
    backing_up: (from) => (from ? `Keeping ${from}, so that you can go back to it.` : "Keeping what is there."),
    activating: () => "Don't cut the power for these few seconds.",
    restarting: () => "The app is restarting.",
    health_check: (_, to) => `Waiting until ${to ?? "it"} answers, and keeps answering.`,
    rolling_back: (from, to) =>
      `${to ?? "It"} doesn't work. ${from ? `Returning to ${from}.` : "Returning to what was there."}`,
    other: () => "The update goes on. Reload the page to see how.",
  } satisfies Record<StepName, (from: string | null, to: string | null) => string> as Readonly<
    Record<StepName, (from: string | null, to: string | null) => string>
  >,
  reconnecting: (seconds: string) => `The device is restarting. Reconnecting… ${seconds}`,
  reconnectingElse: (seconds: string) => `The device doesn't answer. Reconnecting… ${seconds}`,
  reconnectingLong:
    "That is longer than usual. Look whether the device has power and is in the network. The update goes on without this page; if it doesn't work, Pawl goes back by itself.",

  /** Said to who doesn't see it, at each new phase. */
  phases: {
    downloading: "Downloading",
    verifying: "Verifying",
    waiting: "Waiting for the maintenance window",
    staging: "Unpacking",
    backing_up: "Backing up",
    activating: "Switching. Don't cut the power",
    restarting: "Restarting",
    health_check: "Checking that it works",
    rolling_back: "Going back to the release before",
    away: "The device doesn't answer. Reconnecting",
  } satisfies Record<Phase | "away", string> as Readonly<Record<Phase | "away", string>>,

  ended: {
    nowOn: (version: string) => `Now on ${version}`,
    backOn: (version: string) => `Back on ${version}`,
    youAreOn: (version: string | null) => (version ? `You are on ${version}.` : "Nothing is installed."),
    installFailed: (version: string | null) => (version ? `Installing ${version} failed.` : "The update failed."),
    doesNotWork: (version: string) => `You are on ${version}, which doesn't work.`,
    backFailed: (version: string | null) => (version ? `Going back to ${version} failed.` : "Going back failed."),
    undone: (version: string | null) =>
      version ? `Installing ${version} was interrupted and undone.` : "The update was interrupted and undone.",
    took: (duration: string) => `It took ${duration}.`,
    done: "Done",
    dismiss: "Dismiss",
    tryAgain: "Try again",
    tryNow: "Try now",
    installAgain: "Install again",
    skip: (version: string) => `Skip ${version}`,
    report: "Copy report",
    details: "Details",
    code: "Code",
    device: "Said by the device",
    step: "Step",
    path: "Where",
    detail: "More",
    whatUsesSpace: "What uses the space",
    needsFor: (needs: string) => `The update needs: ${needs}.`,
    listSpace: "On the device, this lists what is large:",
  },

  choices: {
    title: "Channel and daily check",
    channel: "Channel",
    followChanges: (channel: string) =>
      `From then on updates come from ${channel}. Nothing is installed by that: Pawl only looks at what it has.`,
    follow: (channel: string) => `Follow ${channel}`,
    keep: (channel: string) => `Keep ${channel}`,
    daily: "Check daily at",
    dailyTime: "Time of the daily check, by the device's clock",
    next: (at: string) => `Next: ${at}`,
    alsoInstalls: "What it finds is installed by itself.",
    alsoInstallsAt: (window: string) =>
      `What it finds is installed by itself, between ${window.replace("-", " and ")}.`,
    off: "Nothing is checked by itself.",
  },

  past: {
    lastChecked: (ago: string) => `Last checked ${ago}`,
    neverChecked: "Not checked yet",
    history: "History",
    log: "Log",
    noHistory: "No update yet.",
    failed: "That can't be loaded now.",
    newest: (count: string) => `These are the newest ${count}.`,
  },

  back: {
    lastBackup: (version: string) => `Last backup: ${version}`,
    title: (version: string) => `Go back to ${version}`,
    whatHappens: (back: string, current: string | null) =>
      `${current ?? "What is installed"} is replaced by ${back}, which is on this device already, and the app restarts. Your settings are kept.`,
    howLong: "It takes about as long as a restart, and needs no network.",
    forward: (current: string) => `You can install ${current} again afterwards.`,
    none: "There is no earlier release to go back to yet.",
  },

  log: {
    title: "Log",
    region: "Log of the update",
  },

  trouble: {
    ago: (duration: string) => `${duration} ago`,
    busyTimer: (ago: string) => `An update started by the nightly timer ${ago} is running.`,
    busyOther: (ago: string) => `An update started ${ago} is running.`,
    watch: "Watch it",
    signIn: "Sign in",
    signInElsewhere: "This page has no place to sign in: it needs a token. Ask whoever set the dashboard up.",
  },
};
export type DialogWords = typeof dialog;
