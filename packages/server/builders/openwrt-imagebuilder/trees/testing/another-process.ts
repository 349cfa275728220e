import { readdir } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { createLog } from "../../../../log/log.ts";
import type { BuildRecipe } from "../../../types.ts";
import { openTrees, type TreesOptions } from "../index.ts";

/** What is to be taken, and whether it is kept, or this process dies while it is being unpacked. */
export interface Task {
  trees: Pick<TreesOptions, "dir" | "budgetBytes" | "user">;
  recipe: BuildRecipe;
  end: "hold" | "die";
}

const task: Task = JSON.parse(process.argv[2] ?? "");
const trees = await openTrees({ ...task.trees, log: createLog({ level: "silent" }) });
const taking = trees.take(task.recipe, {
  step: () => undefined,
  log: () => undefined,
  signal: new AbortController().signal,
});
if (task.end === "die") {
  const { dir } = task.trees;
  for (;;) {
    const [half] = await readdir(`${dir}/half`).catch(() => []);
    const unpacked = half === undefined ? [] : await readdir(`${dir}/half/${half}/tree`).catch(() => []);
    if (unpacked.length > 0) process.kill(process.pid, "SIGKILL");
    await turn();
  }
}
console.log((await taking).path);
setInterval(() => undefined, 1_000);
