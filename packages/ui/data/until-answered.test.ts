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
