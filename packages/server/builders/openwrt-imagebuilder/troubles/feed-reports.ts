import type { FetchFailure } from "../../../worker/proxy/types.ts";
import type { Repository } from "../repositories.ts";
import type { FeedTrouble } from "./types.ts";

/** A feed that a build had to go without. */
export interface FeedReport {
  repository: Repository;
  reason: FeedTrouble["reason"];
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
    const failure = failures.findLast(({ url }) => isListOf(url, repository.url));
    if (trouble === undefined && failure === undefined) return [];
    const reason =
      trouble?.reason === "untrusted" || failure === undefined ? (trouble?.reason ?? "damaged") : reasonOf(failure);
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
  return isAbsent(failure) ? "absent" : "unreachable";
}

function words(reason: FeedReport["reason"], failure: FetchFailure | undefined): string {
  switch (reason) {
    case "absent":
      return "has no list of packages";
    case "unreachable":
      return `couldn't be read${failure === undefined ? "" : `: ${failure.reason.replace(/\.$/, "")}`}`;
    case "damaged":
      return "has a list of packages that came damaged";
    case "untrusted":
      return "has a list of packages that isn't signed by a key that is known here";
    default:
      return reason satisfies never;
  }
}
