import { GitHistory } from "@pawl/testkit";
import { expect, test } from "vitest";
import { type Comparison, PER_PAGE } from "./commits.ts";
import { nearestIn, type Reach, reachOf } from "./reach.ts";

/** Answers about a history, and how many pages it took to. Nothing is asked for twice. */
class Answers {
  readonly #history: GitHistory;
  readonly asked = new Set<string>();

  constructor(history: GitHistory) {
    this.#history = history;
  }

  async compare(base: string, head: string): Promise<Comparison> {
    if (base !== head) this.asked.add(`${base} ${head} 1`);
    const compared = this.#compared(base, head);
    const { mergeBase, behindBy } = compared;
    const ahead_by = compared.ahead.length;
    if (mergeBase === null) return { status: "unrelated", ahead_by: 0, base };
    if (behindBy > 0) return { status: ahead_by > 0 ? "diverged" : "behind", ahead_by, base };
    return { status: ahead_by > 0 ? "ahead" : "identical", ahead_by, base };
  }

  async idsBetween(base: string, head: string): Promise<string[]> {
    const { ahead } = this.#compared(base, head);
    for (let page = 1; page <= Math.ceil(ahead.length / PER_PAGE); page++) this.asked.add(`${base} ${head} ${page}`);
    return ahead.map(({ sha }) => sha);
  }

  async newest(head: string) {
    this.asked.add(`newest ${head}`);
    const commit = this.#history.get(head);
    const log = commit ? this.#history.log(commit).slice(0, PER_PAGE) : [];
    return log.map(({ sha }) => ({ sha, title: "", body: "", author: "", date: null, committed_at: null }));
  }

  #compared(base: string, head: string) {
    const [from, to] = [this.#history.get(base), this.#history.get(head)];
    if (!from || !to) throw new Error("no such commit");
    return this.#history.compare(from, to);
  }
}

/** What `git describe` does: looks at all of them. */
function distanceOf(history: GitHistory, head: string, tagged: readonly string[]): number | null {
  const distances = tagged.flatMap((sha) => {
    const [from, to] = [history.get(sha), history.get(head)];
    const compared = from && to ? history.compare(from, to) : null;
    return compared?.mergeBase && compared.behindBy === 0 ? [compared.ahead.length] : [];
  });
  return distances.length === 0 ? null : Math.min(...distances);
}

/** The same numbers from 0 to 1 for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("the nearest tag of any history is that which looking at all of them finds, again after each change", async () => {
  const branches = ["main", "dev", "old"];
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
    const history = new GitHistory();
    history.commit();
    history.branch("dev");
    history.commit({ branch: "old" });
    const all: string[] = [];
    const known = new Map<string, Reach>();
    for (let step = 0; step < 40; step++) {
      const branch = pick(branches);
      const dice = next();
      if (dice < 0.6) all.push(history.commits(pick([1, 1, 2, 3, 120]), branch));
      else if (dice < 0.7) all.push(history.commit({ branch, merges: [history.branches.get(pick(branches)) ?? ""] }));
      else if (dice < 0.85 && all.length > 0) history.tag(`t${step}`, pick(all));
      else if (dice < 0.88) history.tags.delete(pick([...history.tags.keys(), ""]));
      else if (dice < 0.91 && all.length > 0) history.branch(branch, pick(all));
      if (next() < 0.5) continue;
      const head = history.branches.get(branch) ?? "";
      const tagged = [...new Set(history.tags.values())].sort();
      const reach = await reachOf(head, tagged, new Answers(history), known.get(branch) ?? null);
      known.set(branch, reach);
      const nearest = nearestIn(reach);
      expect(nearest?.distance ?? null, `seed ${seed}, step ${step}`).toBe(distanceOf(history, head, tagged));
      if (nearest) expect(distanceOf(history, head, nearest.shas)).toBe(nearest.distance);
    }
  }
});

test("of two tags that a merge brought together the newer one isn't always nearer", async () => {
  const history = new GitHistory();
  const first = history.commit();
  history.branch("side");
  const nearer = history.commits(50, "side");
  const newer = history.commit();
  const head = history.commit({ merges: [nearer] });
  const reach = await reachOf(head, [first, newer, nearer], new Answers(history), null);
  expect(nearestIn(reach)).toEqual({ shas: [nearer], distance: 2 });
});

test.each([
  // Commits since the last tag, tags before it, questions.
  [5, 1, 1],
  [5, 200, 1],
  [450, 200, 5],
  [450, 2, 3],
])("%i commits after the last of %i tags in one line it takes %i questions", async (commits, tags, questions) => {
  const history = new GitHistory();
  for (let n = 0; n <= tags; n++) history.tag(`1.0.${n}`, history.commit());
  history.commits(commits);
  const answers = new Answers(history);
  const likely = [...history.tags.values()].reverse();
  const head = history.branches.get("main") ?? "";
  expect(nearestIn(await reachOf(head, likely, answers, null))?.distance).toBe(commits);
  expect(answers.asked.size).toBe(questions);
});

test("on a branch for old releases the tags of all newer ones aren't compared one by one", async () => {
  const history = new GitHistory();
  history.tag("1.0.0", history.commit());
  history.branch("1.0", "main");
  for (let n = 0; n < 50; n++) history.tag(`2.${n}`, history.commit());
  history.commits(3, "1.0");
  const answers = new Answers(history);
  const likely = [...history.tags.values()].reverse();
  const reach = await reachOf(history.branches.get("1.0") ?? "", likely, answers, null);
  expect(nearestIn(reach)?.distance).toBe(3);
  expect(answers.asked.size).toBe(3);
});
