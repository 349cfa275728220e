// Root's side, as the device file runs it, that kills itself with SIGKILL at a given point:
// killing-applier.ts <pawl.yaml> <app> <update> [<state> entered|done]

import { createApplier } from "@pawl/device/compose";
import { loadConfig } from "@pawl/device/config";

const [configPath = "", app = "", updateId = "", state, moment] = process.argv.slice(2);
const die = () => process.kill(process.pid, "SIGKILL");
const STATE_OF: Record<string, string> = {
  stage: "staging",
  "back-up": "backing-up",
  switch: "switching",
  restart: "restarting",
  test: "testing",
  "roll-back": "rolling-back",
  "make-do": "making-do",
};

const config = await loadConfig({ path: configPath, env: {} });
const applier = await createApplier(config, app, {
  // The state is on disk; nothing of it has been done.
  applyStore: (store) => ({
    load: () => store.load(),
    save: async (record) => {
      await store.save(record);
      if (moment === "entered" && record.engine.status === state) die();
    },
  }),
  // All of it has been done; that is not on disk yet.
  executors: (executors) =>
    Object.fromEntries(
      Object.entries(executors).map(([action, execute]) => [
        action,
        async (step: never, signal: AbortSignal) => {
          const event = await execute(step, signal);
          if (moment === "done" && STATE_OF[action] === state) die();
          return event;
        },
      ]),
    ) as unknown as typeof executors,
});
await applier.apply(updateId, new AbortController().signal);
