import { Commit } from "@pawl/protocol";
import * as z from "zod";

/** What is read of GitHub's answers (REST API 2022-11-28), and nothing else of them. */

/** A branch or a tag in its list. A tag's commit is that which it names in the end. */
export const ListedRef = z.object({ name: z.string(), commit: z.object({ sha: Commit }) });

/** A commit in a list of commits. */
export const ListedCommit = z.object({
  sha: Commit,
  commit: z.object({
    message: z.string(),
    author: z.object({ name: z.string().nullish(), date: z.string().nullish() }).nullish(),
    committer: z.object({ date: z.string().nullish() }).nullish(),
  }),
});
export type ListedCommit = z.infer<typeof ListedCommit>;

/** One page of a comparison; `commits` of head and not of base, oldest first. */
export const ComparedPage = z.object({
  status: z.enum(["ahead", "behind", "diverged", "identical"]),
  ahead_by: z.int().min(0),
  base_commit: z.object({ sha: Commit }),
  commits: z.array(ListedCommit),
});

/** A commit as git itself has it. */
export const GitCommit = z.object({
  sha: Commit,
  message: z.string(),
  committer: z.object({ date: z.string().nullish() }).nullish(),
});

/** What lies in one folder of a commit. */
export const GitTree = z.object({
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
  truncated: z.boolean().nullish(),
});

/** A tag of git's own: an annotated one is an object with a time, any other is the name of a commit. */
export const GitRef = z.object({ object: z.object({ type: z.string(), sha: z.string() }) });
export const GitTag = z.object({ tagger: z.object({ date: z.string().nullish() }).nullish() });
