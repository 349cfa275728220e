/** What the builder and the console both say of builds, and of a server that is away. */
export const build = {
  state: { queued: "waits", running: "is being built", done: "ready", failed: "failed", withdrawn: "cancelled" },
  step: {
    wait: "Wait for its turn",
    start: "Begin",
    download: "Fetch the ImageBuilder",
    unpack: "Unpack it",
    resolve: "Choose packages",
    assemble: "Make the image",
    publish: "Store it",
  },
  stepState: { done: "done", running: "under way", waiting: "to come", failed: "failed", "left-out": "not needed" },
  lessThan: (duration: string) => `< ${duration}`,
  delay: {
    unreachable: "The server can't be reached.",
    timeout: "The server doesn't answer.",
    not_the_server: "Something else than the server answers: a Wi-Fi's sign-in page, perhaps, or a proxy.",
    too_many_requests: "You have asked for a lot in a short time.",
    queue_full: (length: string | null) =>
      length === null ? "As many builds wait as may." : `${length} builds wait, and no more may.`,
    builds_unavailable: (why: string) => `No image can be built here at the moment: ${why}`,
    shownFrom: (time: string) => `What is shown is from ${time}.`,
    again: (seconds: string) => `It is tried again in ${seconds}.`,
    againNow: "It is tried again now…",
    tryNow: "Try now",
  },
};
export type BuildWords = typeof build;
