import type { ReactiveControllerHost } from "lit";

interface Refreshable {
  readonly isLoading: boolean;
  /** What asking again doesn't change. */
  readonly error: unknown;
  again(): void;
}

/**
 * Asks anew every so many milliseconds while somebody looks, and at once when somebody looks again; not while an answer is on its
 * way, or was refused.
 */
export function refreshWhileVisible(
  host: ReactiveControllerHost,
  loads: readonly Refreshable[],
  everyMs: number,
): void {
  let ticking: ReturnType<typeof setInterval> | undefined;
  const refresh = () => {
    if (document.visibilityState !== "visible") return;
    for (const load of loads) if (!load.isLoading && load.error === undefined) load.again();
  };
  host.addController({
    hostConnected() {
      ticking = setInterval(refresh, everyMs);
      document.addEventListener("visibilitychange", refresh);
    },
    hostDisconnected() {
      clearInterval(ticking);
      document.removeEventListener("visibilitychange", refresh);
    },
  });
}
