import type { FetchRecord, Outcome, Status } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { TestClock } from "@pawl/testkit";
import { beforeEach, expect, test } from "vitest";
import { UpdateError } from "../error.ts";
import type { AskedChanges, Changes } from "../sources/types.ts";
import { EMPTY_FETCH } from "../store/empty-records.ts";
import { News } from "./news.ts";

const A = "a".repeat(40);
const commit = { sha: A, short_sha: A.slice(0, 7), title: "Whistle", body: "", author: "Kim", date: null, url: null };

let clock: TestClock;
let asked: AskedChanges[];
let answer: () => Changes;
let known: Changes | null;
let history: Partial<Outcome>[];

beforeEach(() => {
  clock = new TestClock();
  asked = [];
  history = [];
  answer = () => ({ latest: "1.0.6.dev3", changes: [commit] });
  known = { latest: "1.0.6.dev2", changes: [] };
});

function news(): News {
  const ask = (question: AskedChanges) => {
    asked.push(question);
    return answer();
  };
  return new News({
    offers: {
      address: "https://git.example.org/me/kettle",
      known: async () => null,
      look: async (question) => {
        ask(question);
        return { offers: [], channels: ["feature/x", "dev", "main"] };
      },
      branches: {
        names: async () => [],
        changes: async (question) => ask(question),
        knownChanges: async () => known,
        checkOut: () => Promise.reject(new Error("nothing is installed here")),
      },
    },
    versioning: versionings.pep440,
    fetchRecord: async (): Promise<FetchRecord> => EMPTY_FETCH,
    status: async () => ({ channel: "main", current_version: "1.0.5", current_commit: A }) as Status,
    history: async () => history as Outcome[],
    clock,
    shutdown: new AbortController().signal,
  });
}

test("the changelog of a branch has its commits, and the source is told what is installed", async () => {
  expect(await news().changelog({ channel: "dev", max: 40 })).toEqual({
    channel: "dev",
    installed: "1.0.5",
    latest: "1.0.6.dev3",
    commits: [commit],
  });
  expect(asked).toEqual([{ channel: "dev", installed: { version: "1.0.5", commit: A } }]);
});

test("what an update brought is asked for between its two commits, wherever the branch has gone since", async () => {
  const B = "b".repeat(40);
  history = [{ id: "0mwq-a", channel: "dev", from: "1.0.4", from_commit: B, to: "1.0.5", to_commit: A }];
  answer = () => ({ latest: "1.0.5", changes: [commit] });
  const brought = { channel: "dev", installed: "1.0.4", latest: "1.0.5", commits: [commit] };
  expect(await news().broughtBy("0mwq-a", 40)).toEqual(brought);
  const until = { version: "1.0.5", commit: A };
  expect(asked).toEqual([{ channel: "dev", installed: { version: "1.0.4", commit: B }, until }]);
  await expect(news().broughtBy("0mwq-z", 40)).rejects.toMatchObject({ code: "not_found" });
});

test("of an update whose commit nobody knows it isn't guessed what it brought", async () => {
  history = [{ id: "0mwq-a", channel: "dev", from: "1.0.4", to: "1.0.5" }];
  expect(await news().broughtBy("0mwq-a", 40)).toMatchObject({ installed: "1.0.4", latest: "1.0.5", commits: [] });
  expect(asked).toEqual([]);
});

test("when the source can't be asked, what was known last is told, with a warning", async () => {
  answer = () => {
    throw new UpdateError("offline", "git.example.org can't be reached.");
  };
  expect(await news().changelog({ max: 40 })).toMatchObject({
    latest: "1.0.6.dev2",
    warning: "git.example.org can't be reached. This is what was known last.",
  });
  known = null;
  await expect(news().changelog({ max: 40 })).rejects.toMatchObject({ code: "offline" });
});

test("a branch that isn't there is told as that, whatever was known", async () => {
  answer = () => {
    throw new UpdateError("not_found", "There is no branch attic.");
  };
  await expect(news().changelog({ channel: "attic", max: 40 })).rejects.toMatchObject({ code: "not_found" });
});

test("B20 while a host's limit holds, opening the dialog asks it nothing more", async () => {
  const retry_at = new Date(clock.now().getTime() + 600_000).toISOString();
  answer = () => {
    throw new UpdateError("rate_limited", "GitHub answers no more questions until 12:10.", { retry_at });
  };
  const source = news();
  for (let times = 0; times < 3; times++) {
    expect(await source.changelog({ max: 40 })).toMatchObject({ warning: expect.stringContaining("until 12:10") });
  }
  expect(asked).toHaveLength(1);
});

test("the well-known branches come first, and main is named as long as nobody could be asked", async () => {
  expect((await news().channels()).channels).toEqual(["main", "dev", "feature/x"]);
  answer = () => {
    throw new UpdateError("offline", "git.example.org can't be reached.");
  };
  expect(await news().channels()).toMatchObject({
    channels: ["main"],
    warning: expect.stringContaining("channels known so far"),
  });
});
