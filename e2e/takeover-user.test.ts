import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chown, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Order } from "@pawl/protocol";
import { sha256Of } from "@pawl/trust";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isRoot, SplitDevice } from "./takeover/split-device.ts";

describe.skipIf(!isRoot())("§7 whoever has taken over the API's user", () => {
  let device: SplitDevice;
  let secret: string;

  beforeAll(async () => {
    device = await SplitDevice.create();
    secret = (await readFile(device.secret, "utf8")).trim();
    await device.publish("1.1.0");
    await device.publish("1.2.0");
  });

  afterAll(async () => {
    await device?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    // As if nobody had ever been there.
    for (const dir of [device.api(), device.join("state/.api"), device.join("state/other/api")]) {
      await rm(dir, { recursive: true, force: true });
      await mkdir(dir);
      await chown(dir, device.uid, device.uid);
    }
  });

  /** Writes a file as the API's user would. */
  async function plant(path: string, content: string): Promise<void> {
    await writeFile(path, content);
    await chown(path, device.uid, device.uid);
  }

  /** What must be as it was, whatever was tried. */
  async function assertHeld(before: readonly string[]): Promise<void> {
    expect(await device.outside()).toEqual(before);
    expect(await device.rootsFilesInApi()).toEqual([]);
    expect(existsSync(device.marker)).toBe(false);
    expect(await device.readable()).not.toContain(secret);
  }

  /** A version that isn't in place. */
  async function another(): Promise<string> {
    return (await device.currentVersion()) === "1.1.0" ? "1.2.0" : "1.1.0";
  }

  describe("writes where it likes", () => {
    test.each([
      ["the configuration", 'echo "hooks_dir: /tmp" >> "$1/etc/pawl.yaml"'],
      ["another configuration in its place", 'cp "$1/etc/pawl.yaml" . && mv pawl.yaml "$1/etc/pawl.yaml"'],
      ["a hook", 'printf "#!/bin/sh\\n" > "$1/etc/hooks/mine" && chmod +x "$1/etc/hooks/mine"'],
      ["what a hook says", 'echo "id > /tmp/x" >> "$1/etc/hooks/mark"'],
      ["the program", 'echo "// mine" >> "$1/bin/pawl"'],
      ["the running release", 'echo mine > "$1/opt/kitchen/current/index.html"'],
      ["the link to the running release", 'ln -sfn /etc "$1/opt/kitchen/current"'],
      ["another release", 'mkdir "$1/opt/kitchen/releases/9.9.9"'],
      ["root's journal", 'echo "{}" > "$1/state/kitchen/apply/state.json"'],
      ["another journal in its place", 'mv "$1/state/kitchen/apply/state.json" "$1/state/kitchen/apply/old"'],
      ["the record of what is installed", 'rm -f "$1/state/kitchen/apply/installed.json"'],
      ["root's lock", 'rm -rf "$1/state/kitchen/apply/lock"'],
      ["root's history", 'echo "{}" >> "$1/state/kitchen/apply/history.jsonl"'],
      ["root's folder for a link", 'mv "$1/state/kitchen/apply" "$1/state/kitchen/old"'],
      ["its own folder for a link", 'mv "$1/state/kitchen/api" "$1/state/kitchen/old"'],
      ["its own folder away", 'rmdir "$1/state/kitchen/api"'],
      ["a folder for an app of its own", 'mkdir "$1/state/mine"'],
      ["a link into the state folder", 'ln -s /etc "$1/state/mine"'],
      ["the secret, by reading it", 'cat "$1/etc/secret"'],
      ["the secret, under a name of its own", 'ln "$1/etc/secret" order.json'],
    ])("%s: it may not", async (_, script) => {
      // The user itself works: what follows fails because it may not.
      device.mustAttack("echo mine > mine && rm mine");
      const before = await device.outside();
      const { code, output } = device.attack(script, device.join());
      expect([code === 0, output], script).toEqual([false, expect.stringMatching(/denied|not permitted/)]);
      await assertHeld(before);
    });
  });

  describe("lays traps where root looks", () => {
    const TRAPS: [what: string, script: string][] = [
      ["FIFOs", 'mkfifo "$1"'],
      ["links to a secret", 'ln -s "$2" "$1"'],
      ["links to a file without an end", 'ln -s /dev/zero "$1"'],
      ["links to nowhere, where root would make a file", 'ln -s "$(dirname "$2")/made" "$1"'],
      ["files of a terabyte", 'truncate -s 1T "$1"'],
      ["folders", 'mkdir "$1"'],
      ["files that nobody may read", ': > "$1" && chmod 000 "$1"'],
    ];

    test.each(TRAPS)("%s instead of an order: refused", async (_, script) => {
      const before = await device.outside();
      device.mustAttack(script, "order.json", device.secret);
      const { code, output, outcome } = await device.apply("0000000a-000000");
      expect([1, 2]).toContain(code);
      expect(output).toMatch(/^pawl: .*(order|regular file|larger)/);
      expect(output).not.toContain(secret);
      expect(outcome).toBe(null);
      await assertHeld(before);
    });

    test.each(TRAPS)(
      "%s instead of all the rest: root doesn't need it, and does what was ordered",
      async (_, script) => {
        const version = await another();
        const { update } = await device.handedOver(version);
        for (const name of [
          "cancel",
          "settings.json",
          "state.json",
          "notices.json",
          "history.jsonl",
          "lock",
          "cache",
        ]) {
          device.mustAttack(`rm -rf "$1" && ${script}`, name, device.secret);
        }
        device.mustAttack(`mkdir -p log && rm -f "$1" && ${script}`, `log/${update.id}.jsonl`, device.secret);
        const { code, output, outcome } = await device.apply(update.id);
        expect([code, outcome?.result], output).toEqual([0, "success"]);
        expect(await device.currentVersion()).toBe(version);
        await assertHeld(await device.outside());
        expect(existsSync(device.join("etc/made"))).toBe(false);
      },
    );

    test("its whole log folder a link to root's: nothing is written through it", async () => {
      const version = await another();
      const { update } = await device.handedOver(version);
      device.mustAttack('rm -rf log && ln -s "$1" log', device.join("etc/hooks"));
      expect(await device.apply(update.id)).toMatchObject({ code: 0, outcome: { result: "success" } });
      expect(spawnSync("ls", [device.hooks], { encoding: "utf8" }).stdout).toBe("mark\n");
    });
  });

  describe("orders what it likes", () => {
    let order: Order;
    let id: string;
    let tries = 100;

    /** As the API's side makes one, for a release that has never been on this device. */
    let template: string;

    beforeAll(async () => {
      await device.publish("1.9.0");
      const { update, release } = await device.handedOver("1.9.0");
      template = JSON.stringify({ update, release });
    });

    beforeEach(() => {
      order = JSON.parse(template);
      // What was carried out, or refused, isn't done a second time.
      id = `zzzzzzzz-aaa${tries++}`;
      order.update.id = id;
    });

    const FORGED: [what: string, code: number, forge: (order: Order) => unknown][] = [
      ["under another id", 2, (one) => ({ ...one, update: { ...one.update, id: "zzzzzzzz-bbbbbb" } })],
      ["an id that is a path", 2, (one) => ({ ...one, update: { ...one.update, id: "../../../etc/mine" } })],
      [
        "a rollback where an install was called for",
        2,
        (one) => ({ ...one, update: { ...one.update, kind: "rollback" } }),
      ],
      ["an adoption", 2, (one) => ({ ...one, update: { ...one.update, kind: "adopt" } })],
      ["a kept release that is a path", 2, (one) => ({ update: { ...one.update, to: "../../../etc" }, release: null })],
      ["a kept release that isn't", 5, (one) => ({ update: { ...one.update, to: "9.9.9" }, release: null })],
      ["a release that is a path", 2, (one) => ({ ...one, release: { ...one.release, version: "../../etc" } })],
      ["a channel that is an option", 2, (one) => ({ ...one, update: { ...one.update, channel: "--help\n" } })],
      ["without a release's name", 2, (one) => ({ update: { ...one.update, to: null }, release: null })],
      ["nothing", 2, () => null],
      ["a list", 2, () => []],
      ["half of one", 2, (one) => ({ update: one.update })],
    ];

    test.each(FORGED)("%s: refused", async (_, expected, forge) => {
      const before = await device.outside();
      await plant(device.api("order.json"), JSON.stringify(forge(order)));
      const { code, output, outcome } = await device.apply(id);
      expect([code, outcome], output).toEqual([expected, null]);
      expect(output).toMatch(/^pawl: .*\.\n/);
      await assertHeld(before);
    });

    test.each([
      ["no JSON", "install it, please"],
      ["brackets without an end", "[".repeat(500_000)],
      ["longer than any order", JSON.stringify("x".repeat(2_000_000))],
    ])("%s: refused", async (_, text) => {
      const before = await device.outside();
      await plant(device.api("order.json"), text);
      const { code, output, outcome } = await device.apply(id);
      expect([[1, 2].includes(code ?? -1), outcome], output).toEqual([true, null]);
      await assertHeld(before);
    });

    test("for another app: what that one's folder holds counts, and there is nothing", async () => {
      const before = await device.outside();
      await plant(device.api("order.json"), JSON.stringify(order));
      const { code, outcome } = await device.apply(id, { app: "other" });
      expect([code, outcome]).toEqual([2, null]);
      await assertHeld(before);
    });

    const EVIL: [what: string, code: string, prepare: (one: Order) => Promise<void>][] = [
      [
        "a release of its own that would run something as root, not signed",
        "signature_missing",
        (one) => release(one, { key: null }),
      ],
      ["the same, signed by itself", "signature_wrong", (one) => release(one, { key: "stranger" })],
      [
        "an older signed release under a newer name",
        "bad_manifest",
        async (one) => {
          const folder = device.join("releases/1.0.0");
          await download(one, folder);
          one.release = { ...releaseOf(one), version: "9.9.9" };
        },
      ],
    ];

    test.each(EVIL)("%s: refused", async (_, expected, prepare) => {
      const before = await device.outside();
      await prepare(order);
      await plant(device.api("order.json"), JSON.stringify({ ...order, public_keys: [] }));
      const { outcome, output } = await device.apply(id);
      expect(outcome, output).toMatchObject({ result: "failed", failure: { code: expected } });
      await assertHeld(before);
    });

    test("the same wish, signed by the device's own publisher: root does it", async () => {
      await device.publish("1.3.0", { postInstall: [{ run: "mark" }] });
      const { update } = await device.handedOver("1.3.0");
      expect(await device.apply(update.id)).toMatchObject({ code: 0, outcome: { result: "success" } });
      expect(await readFile(device.marker, "utf8")).toBe("0\n");
      await rm(device.marker);
    });

    /** Makes a release that would run something as root, and lays it where the API's side lays what it has downloaded. */
    async function release(one: Order, { key }: { key: "stranger" | null }): Promise<void> {
      const evil = device.join(`evil-${key}`);
      const folder = await device.publish("9.9.9", { key, postInstall: [{ run: "mark" }] }, evil);
      await download(one, folder);
      one.release = { ...releaseOf(one), version: "9.9.9" };
    }

    async function download(one: Order, folder: string): Promise<void> {
      const script =
        'rm -rf downloads && mkdir downloads && cp "$1"/manifest.json* downloads && cp "$1"/*.tar.gz "downloads/$2.bundle"';
      const manifest = await readFile(join(folder, "manifest.json"));
      const bundle = JSON.parse(manifest.toString("utf8")).bundle.sha256;
      device.mustAttack(script, folder, bundle);
      one.release = { ...releaseOf(one), manifest_sha256: sha256Of(manifest), bundle_sha256: bundle };
    }
  });

  test.each([
    [[]],
    [["install"]],
    [["install", "kitchen"]],
    [["install", "kitchen", "0000000a-000000", "--config", "/tmp/mine.yaml"]],
    [["--config=/tmp/mine.yaml", "install", "kitchen", "0000000a-000000"]],
    [["install", "../kitchen", "0000000a-000000"]],
    [["install", "kitchen", "../0000000a-000000"]],
    [["install:kitchen:../../etc"]],
    [["install:kitchen:0000000a-000000:more"]],
    [["adopt", "kitchen", "0000000a-000000"]],
    [["schedule", "more"]],
    [["status", "--config", "/tmp/mine.yaml"]],
    [["device"]],
    [["recover"]],
    [["--help"]],
    [["-r", "/tmp/mine.js"]],
    [["release", "pack", "/etc"]],
  ])("calls pawl-apply with %j: that is none of its words", async (args) => {
    const helper = device.join("sbin/pawl-apply");
    await mkdir(device.join("sbin"), { recursive: true });
    await rm(helper, { force: true });
    await symlink(device.program, helper);
    const before = await device.outside();
    const { status, stdout, stderr } = spawnSync(process.execPath, [helper, ...args], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^pawl: (It is called as pawl-apply|That is no)/);
    await assertHeld(before);
  });
});

function releaseOf({ release }: Order): NonNullable<Order["release"]> {
  if (!release) throw new Error("The order has no release.");
  return release;
}
