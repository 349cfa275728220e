import type { ReactiveControllerHost } from "lit";

/** Draws an element anew each second for as long as seconds count in what it shows. */
export function tickWhile(host: ReactiveControllerHost, isCounting: () => boolean): void {
  let ticking: ReturnType<typeof setInterval> | undefined;
  host.addController({
    hostConnected() {
      ticking = setInterval(() => isCounting() && host.requestUpdate(), 1000);
    },
    hostDisconnected() {
      clearInterval(ticking);
    },
  });
}
