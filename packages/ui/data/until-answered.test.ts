import { expect, test } from "vitest";
import { ApiFailure } from "./failure.ts";
import { type Delay, untilAnswered } from "./until-answered.ts";

const full = (retryAfter: number) => new ApiFailure("queue_full", "Full.", { status: 503, retryAfter });

test("what is full is asked again when it says, or when somebody presses", async () => {
  const poke = new EventTarget();
  const delays: (Delay | null)[] = [];
  const answers = [full(3600), new ApiFailure("unreachable", "Away."), "here"];
  const answer = await untilAnswered(
    async () => {
      const next = answers.shift();
      if (next instanceof ApiFailure) throw next;
      return next;
    },
    {
      signal: AbortSignal.timeout(20_000),
      poke,
      onDelay: (delay) => {
        delays.push(delay);
        if (delay) setTimeout(() => poke.dispatchEvent(new Event("poke")));
      },
    },
  );
  expect(answer).toBe("here");
  expect(delays.map((delay) => delay?.failure.code ?? null)).toEqual(["queue_full", null, "unreachable", null, null]);
  expect((delays[0]?.againAt ?? 0) - Date.now()).toBeGreaterThan(3_000_000);
});

test.each([
  ["says nothing", null, 1_500, 2_500],
  ["says seven seconds", 7, 7_000, 8_400],
  ["says at once", 0, 1_000, 1_200],
  // A longer wait than a timer of the browser's can count would be over at once.
  ["says in a year", 31_536_000, 3_600_000, 4_320_000],
])("who was away for many isn't asked by all at once again: it %s", async (_, retryAfter, least, most) => {
  const waits = new Set<number>();
  for (let i = 0; i < 8; i += 1) {
    const stop = new AbortController();
    const failure = new ApiFailure("queue_full", "Full.", { status: 503, retryAfter });
    const onDelay = (delay: Delay | null) => {
      if (delay) waits.add(delay.againAt - Date.now());
      stop.abort();
    };
    await untilAnswered(() => Promise.reject(failure), { signal: stop.signal, onDelay }).catch(() => undefined);
  }
  expect(waits.size).toBeGreaterThan(1);
  // As the clock goes on meanwhile.
  expect(Math.min(...waits)).toBeGreaterThan(least - 50);
  expect(Math.max(...waits)).toBeLessThanOrEqual(most);
});

test("what asking again doesn't change is said at once", async () => {
  const refused = new ApiFailure("unknown_package", "No.", { status: 422 });
  const asked = untilAnswered(() => Promise.reject(refused), {
    signal: AbortSignal.timeout(20_000),
    onDelay: () => undefined,
  });
  await expect(asked).rejects.toBe(refused);
});

test("nobody is asked any more once it was taken back", async () => {
  const stop = new AbortController();
  let calls = 0;
  const asked = untilAnswered(
    () => {
      calls += 1;
      return Promise.reject(full(3600));
    },
    { signal: stop.signal, onDelay: (delay) => delay && setTimeout(() => stop.abort()) },
  );
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  expect(calls).toBe(1);
});
