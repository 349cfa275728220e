import { BuildError, type BuildErrorCode, type Culprit } from "../../types.ts";
import type { FeedReport } from "./feed-reports.ts";
import type { PackageTrouble } from "./types.ts";

/**
 * The failure that troubles with packages come to; null when there are none. What the mirror is to blame for passes: a package that can't
 * be had while a feed can't be read may well be in it. A feed that was named in the request and isn't there or isn't trusted won't
 * be there next time either.
 */
export function packageFailure(troubles: readonly PackageTrouble[], feeds: readonly FeedReport[]): BuildError | null {
  const full = troubles.find(({ kind }) => kind === "disk");
  if (full !== undefined)
    return new BuildError("worker_failed", `There was no room on the disk to install ${full.name}.`);

  const causes = troubles.filter(
    (trouble, at) => trouble.kind !== "fetch" && trouble.kind !== "disk" && !isSaid(trouble, troubles.slice(0, at)),
  );
  const lacking = causes.filter(({ kind }) => kind === "missing" || kind === "version");
  const blamed = feeds.filter((feed) => lacking.length > 0 && isPassing(feed));
  if (blamed.length > 0) return mirrorFailed(lacking, blamed);

  const fetches = troubles.filter((trouble) => trouble.kind === "fetch");
  if (causes.length === 0) return fetches.length > 0 ? fetchFailed(fetches) : null;

  const culprits = causes.map(culpritOf);
  const permanent = lacking.length > 0 ? feeds.map((feed) => `${feed.fact}.`) : [];
  const sentence = [
    ...culprits.slice(0, MOST_NAMED).map(({ detail }) => detail),
    ...more(culprits.length),
    ...permanent,
  ].join(" ");
  return new BuildError(codeOf(causes), sentence, {
    culprits: [...culprits, ...(lacking.length > 0 ? feeds.map(feedCulprit) : [])],
  });
}

/** A conflict is told from both sides. */
function isSaid(trouble: PackageTrouble, before: readonly PackageTrouble[]): boolean {
  if (trouble.kind !== "conflict") return false;
  const isOtherSide = (each: PackageTrouble, name: string) =>
    each.kind === "conflict" && each.name === name && each.with.includes(trouble.name);
  return trouble.with.every((name) => before.some((each) => isOtherSide(each, name)));
}

/** How many a sentence names; culprits are complete. */
const MOST_NAMED = 5;

function isPassing({ repository, reason }: FeedReport): boolean {
  // Of an earlier list hardly anything lacks.
  if (reason === "stale") return false;
  return repository.from !== "request" || reason === "unreachable" || reason === "damaged";
}

function mirrorFailed(lacking: readonly PackageTrouble[], feeds: readonly FeedReport[]): BuildError {
  const names = [...new Set(lacking.map(({ name }) => name))];
  const named =
    names.length > MOST_NAMED
      ? `${names.slice(0, MOST_NAMED).join(", ")} and ${names.length - MOST_NAMED} more`
      : names.join(", ");
  const sentence = `${feeds.map(({ fact }) => fact).join("; ")}. Without it there is no ${named}.`;
  return new BuildError("mirror_failed", sentence, { culprits: feeds.map(feedCulprit) });
}

/** Listed, and not to be had as listed: a mirror in the middle of a change, or one that went away. */
function fetchFailed(fetches: readonly Extract<PackageTrouble, { kind: "fetch" }>[]): BuildError {
  const culprits = fetches.map(
    ({ name, reason }): Culprit => ({ kind: "mirror", name, with: [], detail: FETCH_WORDS[reason](name) }),
  );
  const sentence = [...culprits.slice(0, MOST_NAMED).map(({ detail }) => detail), ...more(culprits.length)].join(" ");
  return new BuildError("mirror_failed", sentence, { culprits });
}

const FETCH_WORDS = {
  absent: (name: string) => `The mirror lists ${name} and doesn't have its file.`,
  unreachable: (name: string) => `The mirror didn't answer when it was asked for ${name}.`,
  damaged: (name: string) => `The file of ${name} isn't what the mirror's list says.`,
};

function codeOf(causes: readonly PackageTrouble[]): BuildErrorCode {
  const kinds = new Set(causes.map(({ kind }) => kind));
  if (kinds.has("missing")) return "missing_package";
  if (kinds.has("version")) {
    const own = causes.every((cause) => cause.kind !== "version" || cause.requiredBy.length === 0);
    return own ? "wrong_package_version" : "missing_package";
  }
  return kinds.has("conflict") ? "conflicting_packages" : "broken_package";
}

function culpritOf(trouble: PackageTrouble): Culprit {
  const { name } = trouble;
  switch (trouble.kind) {
    case "missing": {
      const { requiredBy, note } = trouble;
      const fact =
        requiredBy.length > 0
          ? `There is no package ${name}, which ${list(requiredBy)} ${needs(requiredBy)}.`
          : `There is no package ${name}.`;
      return { kind: "package", name, with: requiredBy, detail: note === null ? fact : `${fact} ${note}` };
    }
    case "version": {
      const { requiredBy, wanted, found } = trouble;
      const who = requiredBy.length > 0 ? `${list(requiredBy)} ${needs(requiredBy)}` : "The request wants";
      const there = found === null ? "there is no such version" : `there is ${found}`;
      return { kind: "version", name, with: requiredBy, detail: `${who} ${name} ${wanted}, and ${there}.` };
    }
    case "conflict":
      return {
        kind: "conflict",
        name,
        with: trouble.with,
        detail: `${name} can't be together with ${list(trouble.with)}.`,
      };
    case "clash":
      return {
        kind: "conflict",
        name,
        with: [trouble.with],
        detail: `${name} brings the file ${trouble.file}, which is ${trouble.with}'s.`,
      };
    case "script":
      return {
        kind: "package",
        name,
        with: [],
        detail: `The script of ${name} that runs after its installation fails with ${trouble.exitCode}.`,
      };
    case "fetch":
      return { kind: "mirror", name, with: [], detail: FETCH_WORDS[trouble.reason](name) };
    case "disk":
      return { kind: "machine", name, with: [], detail: `There was no room on the disk for ${name}.` };
    default:
      return trouble satisfies never;
  }
}

function feedCulprit({ repository, reason, fact }: FeedReport): Culprit {
  const kind = repository.from === "request" && reason !== "unreachable" ? "repository" : "mirror";
  return { kind, name: repository.name, with: [], detail: `${fact}.` };
}

function needs(names: readonly string[]): string {
  return names.length === 1 ? "needs" : "need";
}

function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function more(count: number): string[] {
  return count > MOST_NAMED ? [`${count - MOST_NAMED} more are in the list of culprits.`] : [];
}
