import { expect, test, vi } from "vitest";
import { eventStream, type ServerEvent } from "./event-stream.ts";

const never = new AbortController().signal;

async function* told(...events: ServerEvent[]) {
  yield* events;
}

test("events are written as EventSource reads them, and the stream ends with them", async () => {
  const response = eventStream(
    () => told({ event: "line", id: "3", data: { text: "a\nb" } }, { event: "end", data: null }),
    never,
    () => {},
  );
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(await response.text()).toBe(
    'retry: 3000\n\nid: 3\nevent: line\ndata: {"text":"a\\nb"}\n\nevent: end\ndata: null\n\n',
  );
});

test("one whose source fails ends, and nothing of it goes on: its reader comes back", async () => {
  vi.useFakeTimers();
  const failures: unknown[] = [];
  const failing = async function* (): AsyncGenerator<ServerEvent> {
    yield { event: "build", data: 1 };
    throw new Error("the database went away");
  };
  const response = eventStream(failing, never, (error) => failures.push(error));
  expect(await response.text()).toContain("event: build");
  expect(failures).toEqual([new Error("the database went away")]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test("a reader that stalls collects no comments, and one that leaves ends its source", async () => {
  vi.useFakeTimers();
  let isLeft = false;
  const waiting = async function* (signal: AbortSignal): AsyncGenerator<ServerEvent> {
    try {
      yield { event: "build", data: 1 };
      await new Promise((go) => signal.addEventListener("abort", go));
    } finally {
      isLeft = true;
    }
  };
  const reader = eventStream(waiting, never, () => {}).body?.getReader();
  await vi.advanceTimersByTimeAsync(600_000);
  const first = new TextDecoder().decode((await reader?.read())?.value);
  const second = new TextDecoder().decode((await reader?.read())?.value);
  expect([first, second.split("\n")[0]]).toEqual(["retry: 3000\n\n", "event: build"]);
  await reader?.cancel();
  expect([isLeft, vi.getTimerCount()]).toEqual([true, 0]);
  vi.useRealTimers();
});
