import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/**/*.test.ts", "e2e/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The machine these run on may have two small cores; end-to-end tests start real processes, and wait for most of their time.
    maxWorkers: 3,
  },
});
