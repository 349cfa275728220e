import { setTimeout as sleep } from "node:timers/promises";

/** Waits until an address answers at all, for at most half a minute. */
export async function untilAnswers(url: string): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    const answered = await fetch(url).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    );
    if (answered) return;
    if (Date.now() > end) throw new Error(`${url} doesn't answer`);
    await sleep(50);
  }
}
