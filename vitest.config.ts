import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/**/*.test.ts", "e2e/**/*.test.ts"],
    // PostgreSQL, for the tests that ask for it.
    globalSetup: ["packages/server/testing/global-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The machine these run on may have two small cores; end-to-end tests start real processes, and wait for most of their time.
    maxWorkers: 3,
  },
});
