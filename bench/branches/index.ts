import { row } from "../row.ts";
import { benchFirstLook } from "./first-look.ts";
import { longHistory } from "./long-history.ts";
import { benchUnchanged } from "./unchanged.ts";
import { benchWayBack } from "./way-back.ts";

/** What following a branch costs, against git itself. */
export async function benchBranches(): Promise<void> {
  const { server, url } = await longHistory();
  await using _server = server;
  const unchanged = await benchUnchanged(url);
  const limit = { is: "≤", ratio: 1.3 } as const;
  row("check of an unchanged remote", ms(unchanged.ours_ms), "git ls-remote", ms(unchanged.baseline_ms), limit);
  const first = await benchFirstLook(url);
  const clone = "git clone --bare --filter=blob:none";
  row("first look at 5,000 commits", ms(first.ours_ms), clone, ms(first.baseline_ms), limit);
  const back = await benchWayBack();
  row("back to the virtual environment before, until the restart", ms(back.ours_ms), "limit", ms(2_000), {
    is: "≤",
    ratio: 1,
  });
}

function ms(value: number) {
  return { value, unit: "ms" };
}
