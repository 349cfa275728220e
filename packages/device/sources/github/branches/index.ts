import type { GithubSource } from "@pawl/protocol";
import { UpdateError } from "../../../error.ts";
import { NO_BUNDLES } from "../../commits/offer.ts";
import { limitInWords } from "../../forge/words.ts";
import { READ_LIMITS, type ReadLimits, type Source, type SourceParts } from "../../types.ts";
import { githubRepository } from "../repository.ts";
import { changesOf } from "./changes.ts";
import { checkOut } from "./check-out.ts";
import { atDesk, type Desk } from "./desk.ts";
import { look } from "./look.ts";
import { NotRemembered, readOnline } from "./reading.ts";
import { readBranches } from "./refs.ts";

export interface BranchLimits extends ReadLimits {
  /** What seldom changes isn't asked for again for so long, in milliseconds. */
  restMs: number;
  /** Of a commit's archive, as it comes. */
  archiveBytes: number;
}

const LIMITS: BranchLimits = { ...READ_LIMITS, restMs: 60 * 60_000, archiveBytes: 1024 ** 3 };

/** The branches of a repository on GitHub, or on a GitHub Enterprise Server, by its API: for devices without git. */
export function githubBranches(
  config: Pick<GithubSource, "url" | "repo" | "token_file">,
  { cacheDir, userAgent }: Pick<SourceParts, "cacheDir" | "userAgent">,
  options: Partial<BranchLimits> = {},
): Source {
  const repository = githubRepository(config, userAgent);
  const { restMs, ...limits } = { ...LIMITS, ...options };
  const inWords = (error: unknown) => {
    throw limitInWords(error, repository);
  };
  const online = <T>(signal: AbortSignal, work: (desk: Desk) => Promise<T>) => {
    const reading = readOnline({ repository, cacheDir, limits, signal });
    return atDesk({ repository, cacheDir, reading, restMs }, work);
  };

  return {
    ...NO_BUNDLES,
    address: repository.address,
    look: (asked, signal) => online(signal, (desk) => look(asked, desk)),
    branches: {
      async names(signal) {
        const reading = readOnline({ repository, cacheDir: null, limits, signal });
        return [...(await readBranches(reading).catch(inWords)).keys()];
      },
      changes: (asked, max, signal) => online(signal, (desk) => changesOf(asked, max, desk)),
      knownChanges: (asked, max) =>
        atDesk({ repository, cacheDir, reading: null, restMs }, (desk) => changesOf(asked, max, desk)).catch(
          (error) => {
            if (error instanceof NotRemembered || error instanceof UpdateError) return null;
            throw error;
          },
        ),
      checkOut: (commit, dir, advance, signal) =>
        checkOut({ repository, cacheDir, limits, commit, dir, advance, signal }).catch(inWords),
    },
  };
}
