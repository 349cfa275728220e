import { join } from "node:path";
import { limitInWords } from "../../forge/words.ts";
import type { GithubRepository } from "../repository.ts";
import { Commits } from "./commits.ts";
import { Facts } from "./facts.ts";
import { type Reading, readRemembered } from "./reading.ts";

/** What one look works with. */
export interface Desk {
  repository: GithubRepository;
  reading: Reading;
  remembered: Reading;
  facts: Facts;
  commits: Commits;
  /** For so long the list of tags isn't asked for again, in milliseconds. */
  restMs: number;
  now(): number;
}

/**
 * Works with what is remembered, and with what `reading` has to say; null: nothing, and nothing is written. Ends with what was
 * found out written down, also when it was broken off: the next one goes on from there. A used-up limit is put into words.
 */
export async function atDesk<T>(
  { repository, cacheDir, reading, restMs }: AtDesk,
  work: (desk: Desk) => Promise<T>,
): Promise<T> {
  const facts = await Facts.open(join(cacheDir, "github-commits.json"));
  const remembered = readRemembered({ repository, cacheDir });
  const now = Date.now;
  const commits = new Commits({ reading: reading ?? remembered, facts, restMs, now });
  // With a token an unchanged answer costs nothing.
  const tagsRestMs = repository.hasToken && reading !== null ? 0 : restMs;
  try {
    return await work({
      repository,
      reading: reading ?? remembered,
      remembered,
      facts,
      commits,
      restMs: tagsRestMs,
      now,
    });
  } catch (error) {
    throw limitInWords(error, repository);
  } finally {
    if (reading !== null) await facts.save();
  }
}

export interface AtDesk {
  repository: GithubRepository;
  cacheDir: string;
  reading: Reading | null;
  /** What seldom changes isn't asked for again for so long, in milliseconds. */
  restMs: number;
}
