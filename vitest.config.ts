import { defineConfig } from "vitest/config";
import { LongestFirst } from "./e2e/longest-first.ts";
import { needOwnProcess } from "./e2e/own-process.ts";

const PARTS = "packages/**/*.test.ts";
const ALONE = [
  // Each is about many processes, for a minute or so.
  "packages/**/*-interrupted.test.ts",
  "packages/**/*-attackers.test.ts",
  ...needOwnProcess(import.meta.dirname, [PARTS]),
];

export default defineConfig({
  test: {
    // What Node has compiled, for whoever is started; PostgreSQL, for the tests that ask for it.
    globalSetup: ["e2e/compiled.ts", "packages/server/testing/global-setup.ts"],
    // How long something takes is no claim of a test: these are for what never comes.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // The machine these run on may have two small cores; end-to-end tests start real processes, and wait for half of their time.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: "alone", include: [...ALONE, "e2e/**/*.test.ts"] } },
      // A process for each file would take longer to start than most of these take to run.
      {
        extends: true,
        test: { name: "together", include: [PARTS], exclude: [...ALONE, "**/node_modules/**"], isolate: false },
      },
    ],
  },
});
