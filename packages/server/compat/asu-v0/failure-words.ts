import type { Failure } from "../../builds/types.ts";

/** Of README 0.2.0; its clients show the first two in words of their own, by status. */
const INCOMPATIBLE = { status: 409, error: "Incompatible package selection. See build log for details" };
const TOO_LARGE = { status: 413, error: "Image size exceeds device storage. Retry with less packages" };
const FAILED = { status: 500, error: "ImageBuilder faild to create image" };

/** How the first generation says that there is no image. What is at fault is in the log. Pure. */
export function failureWords(failure: Failure | null): { status: number; error: string } {
  switch (failure?.code) {
    case "missing_package":
    case "conflicting_packages":
    case "wrong_package_version":
    // Without a part that nothing runs without: it is the list of packages that leaves it out.
    case "incomplete_image":
      return INCOMPATIBLE;
    case "broken_package":
      return failure.culprits.some(({ kind }) => kind === "conflict") ? INCOMPATIBLE : FAILED;
    case "too_big":
      return TOO_LARGE;
    default:
      return FAILED;
  }
}

/** The beginning of a failed build's log: the sentence of its answer, then why, and what is at fault, each once. Pure. */
export function failureReasons(failure: Failure | null): string[] {
  const { error } = failureWords(failure);
  return [...new Set([error, ...(failure ? [failure.sentence, ...failure.culprits.map(({ detail }) => detail)] : [])])];
}
