import type { FetchFailure } from "../../../worker/proxy/types.ts";
import type { Repository } from "../repositories.ts";
import type { FeedTrouble } from "./types.ts";

/** A feed that a build had to go without, or (`stale`) whose list may not be the newest. */
export interface FeedReport {
  repository: Repository;
  reason: FeedTrouble["reason"] | "stale";
  /** `The feed luci (https://…) couldn't be read: …`, without a full stop. */
  fact: string;
}

/**
 * Feeds that weren't read, from what the package manager says and from what the proxy has seen: the first knows of signatures, the second
 * whether a mirror said no or nothing at all. Both matter, because package managers go on without a feed and end well when nothing of
 * it was needed.
 */
export function feedReports(
  troubles: readonly FeedTrouble[],
  failures: readonly FetchFailure[],
  repositories: readonly Repository[],
): readonly FeedReport[] {
  return repositories.flatMap((repository): FeedReport[] => {
    const trouble = troubles.find(({ url }) => url === repository.url);
    // What breaks off is asked for once more, and then only the package manager knows how it ended.
    const failure = failures.findLast(
      ({ url, status }) => isListOf(url, repository.url) && (trouble !== undefined || status !== 200),
    );
    if (trouble === undefined && failure === undefined) return [];
    const isTold = trouble?.reason === "untrusted" || failure === undefined;
    const reason = isTold ? (trouble?.reason ?? "damaged") : reasonOf(failure);
    return [{ repository, reason, fact: `The feed ${repository.name} (${repository.url}) ${words(reason, failure)}` }];
  });
}

/** Whether the answer said that there is nothing. All else may be different in a minute. */
export function isAbsent({ status }: FetchFailure): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
}

/** The signature may be asked for where there is none; the list itself never. */
function isListOf(url: string, folder: string): boolean {
  return [`${folder}/Packages.gz`, `${folder}/Packages`, `${folder}/packages.adb`].includes(url);
}

function reasonOf(failure: FetchFailure): FeedReport["reason"] {
  if (failure.servedStale === true) return "stale";
  return isAbsent(failure) ? "absent" : "unreachable";
}

function words(reason: FeedReport["reason"], failure: FetchFailure | undefined): string {
  switch (reason) {
    case "absent":
      return "has no list of packages";
    case "unreachable":
      return `couldn't be read${because(failure)}`;
    case "damaged":
      return "has a list of packages that came damaged";
    case "stale":
      return `couldn't be asked for its newest list, so an earlier one was used${because(failure)}`;
    case "untrusted":
      return "has a list of packages that isn't signed by a key that is known here";
    default:
      return reason satisfies never;
  }
}

function because(failure: FetchFailure | undefined): string {
  return failure === undefined ? "" : `: ${failure.reason.replace(/\.$/, "")}`;
}
