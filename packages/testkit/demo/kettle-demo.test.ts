import { expect, test, vi } from "vitest";
import { TempDir } from "../temp-dir.ts";
import { noKettleGuide, whyNoKettle } from "./kettle-demo.ts";

test("without git the demo says which packages it takes, and goes on without the Python app", async () => {
  vi.stubEnv("PATH", "/nonexistent");
  try {
    const why = await whyNoKettle("/");
    expect(why).toMatch(/sudo apt install git/);
    expect(noKettleGuide(why ?? "")).toContain("isn't here");
  } finally {
    vi.unstubAllEnvs();
  }
});

test.skipIf(process.geteuid?.() !== 0)("root has no Python app in a folder nobody else may come to", async () => {
  await using dir = await TempDir.create();
  expect(await whyNoKettle(dir.join("demo"))).toMatch(dir.path);
});
