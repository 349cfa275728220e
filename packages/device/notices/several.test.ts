import { readFile, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { run } from "../system/run.ts";
import { HastyClock } from "../testing/device-fixture.ts";
import { inProcess } from "../testing/in-process.ts";
import { anOutcome, aRelease } from "../update/update-fixture.ts";
import { createNotices } from "./index.ts";
import { aNotice, statusWith } from "./notice-fixture.ts";
import { WebhookServer } from "./webhook-fixture.ts";

const never = new AbortController().signal;

function noticesIn(dir: TempDir, webhook: string, id: string, troubles: string[] = []) {
  const release = aRelease();
  return createNotices({
    config: [{ on: ["available", "updated"], webhook }],
    app: { name: "kitchen", title: "Kitchen" },
    path: dir.join("api", "notices.json"),
    lockDir: dir.join("api", "notices.lock"),
    status: async () => statusWith(release),
    release: async () => release,
    last: async () => anOutcome({ id }),
    run,
    clock: new HastyClock("2026-03-01T12:00:00Z"),
    userAgent: "pawl/test",
    onTrouble: (words) => void troubles.push(words),
  });
}

test("of many that note and tell at the same time nothing is lost", async () => {
  await using dir = await TempDir.create();
  await using hook = await WebhookServer.start();
  const troubles: string[] = [];
  const ids = Array.from({ length: 12 }, (_, at) => `mm7k2a0aa-${String(at).padStart(6, "0")}`);
  await Promise.all(
    ids.map(async (id) => {
      const ours = noticesIn(dir, hook.url, id, troubles);
      await ours.note();
      await ours.deliver(never);
    }),
  );
  await noticesIn(dir, hook.url, ids[0] ?? "", troubles).deliver(never);
  expect(troubles).toEqual([]);
  expect([...new Set(hook.keys)].filter((key) => key.endsWith(":updated")).sort()).toEqual(
    ids.map((id) => `${id}:updated`),
  );
  const { pending, told } = JSON.parse(await readFile(dir.join("api", "notices.json"), "utf8"));
  expect(pending).toEqual([]);
  expect(told).toHaveLength(13);
});

test("processes that change the file at the same time lose nothing of each other's", async () => {
  await using dir = await TempDir.create();
  const script = (key: string) => `
    const file = new OutboxFile({
      path: ${JSON.stringify(dir.join("notices.json"))},
      lockDir: ${JSON.stringify(dir.join("notices.lock"))},
      clock: systemClock,
    });
    const notice = ${JSON.stringify(aNotice())};
    for (let at = 0; at < 20; at++) {
      const key = ${JSON.stringify(key)} + at;
      await file.change((outbox) => withNoted(outbox, [{ ...notice, key }], new Date()));
    }
    console.log("noted");
  `;
  const imports = {
    OutboxFile: "notices/outbox-file.ts",
    withNoted: "notices/outbox.ts",
    systemClock: "system/clock.ts",
  };
  const ends = await Promise.all(["a", "b", "c"].map((key) => inProcess(imports, script(key))));
  expect(ends).toEqual(["noted", "noted", "noted"]);
  expect(JSON.parse(await readFile(dir.join("notices.json"), "utf8")).pending).toHaveLength(60);
});

test("a folder that can't be written in keeps nobody from updating", async () => {
  await using dir = await TempDir.create();
  await using hook = await WebhookServer.start();
  const troubles: string[] = [];
  await writeFile(dir.join("api"), "a file where the folder should be");
  const ours = noticesIn(dir, hook.url, "mm7k2a0aa-aaaaaa", troubles);
  await ours.note();
  await ours.deliver(never);
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toContain("could not be noted for others");
});
