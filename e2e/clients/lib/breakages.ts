import { expect, test } from "vitest";
import { ClientRefuses } from "./client-refuses.ts";
import type { Rewriter, Rewriting } from "./rewriter.ts";

/** One thing that is wrong with the server, as far as the client can tell. */
export interface Breakage extends Rewriting {
  /** `the new version is a number` */
  name: string;
  /** What the client says to that: a part of its sentence. */
  refusal: string | RegExp;
}

/**
 * A test for each row, and one that nothing is refused when nothing is broken: the row must really change an answer, and
 * the client must refuse for that reason and no other. @param replay through the rewriter's address
 */
export function testBreakages(
  rewriter: () => Rewriter,
  replay: (baseUrl: string) => Promise<unknown>,
  breakages: readonly Breakage[],
): void {
  test("refuses nothing when answers come through the rewriter as they are", async () => {
    await expect(replay(rewriter().url)).resolves.toBeDefined();
  });

  test.each(breakages)("refuses: $name", async (breakage) => {
    const { rewritten, error } = await rewriter().during(breakage, () => replay(rewriter().url));
    expect(rewritten, "answers that were rewritten").toBeGreaterThan(0);
    if (!(error instanceof ClientRefuses)) throw error ?? new Error("The client went on as if nothing were wrong.");
    if (typeof breakage.refusal === "string") expect(error.message).toContain(breakage.refusal);
    else expect(error.message).toMatch(breakage.refusal);
  });
}
