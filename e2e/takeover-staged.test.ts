import type { ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FailureCode, Order } from "@pawl/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRoot, SplitDevice } from "./takeover/split-device.ts";

describe.skipIf(!isRoot())("§7 a download that is changed after it was verified", () => {
  let device: SplitDevice;
  /** A release of the same name and version that somebody else signed. */
  let strangers: string;

  beforeAll(async () => {
    device = await SplitDevice.create();
    await device.publish("1.1.0");
    strangers = await device.publish("1.1.0", { key: "stranger" }, device.join("strangers"));
  });

  afterAll(async () => {
    await device?.[Symbol.asyncDispose]();
  });

  /** Has a release verified and ordered by the API's side; where its bundle lies. */
  async function ordered(version: string): Promise<{ order: Order; bundle: string }> {
    const order = await device.handedOver(version);
    const bundles = readdirSync(device.api("downloads")).filter((name) => name.endsWith(".bundle"));
    expect(bundles).toHaveLength(1);
    return { order, bundle: device.api("downloads", bundles[0] ?? "") };
  }

  const CHANGES: [what: string, script: string, codes: FailureCode[]][] = [
    ["a byte of the bundle", 'printf X | dd of="$1" bs=1 seek=200 conv=notrunc', ["hash_mismatch", "archive_refused"]],
    [
      "the bundle's last byte",
      'printf X | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") - 1)) conv=notrunc',
      ["hash_mismatch", "archive_refused"],
    ],
    ["the bundle's length: shorter", 'truncate -s -1 "$1"', ["hash_mismatch", "archive_refused"]],
    ["the bundle's length: nothing left", 'truncate -s 0 "$1"', ["hash_mismatch", "archive_refused"]],
    ["the bundle's length: longer", 'printf X >> "$1"', ["hash_mismatch", "archive_refused"]],
    ["the bundle's length: a terabyte", 'truncate -s 1T "$1"', ["hash_mismatch", "archive_refused"]],
    ["the bundle for another release's", 'cp "$2"/*.tar.gz "$1"', ["hash_mismatch", "archive_refused"]],
    ["the bundle for a link to the very same", 'mv "$1" "$1.real" && ln -s "$1.real" "$1"', ["state_damaged"]],
    ["the bundle for a FIFO", 'rm "$1" && mkfifo "$1"', ["state_damaged"]],
    ["the bundle for a folder", 'rm "$1" && mkdir "$1"', ["state_damaged"]],
    ["the bundle for nothing", 'rm "$1"', ["unpack_failed"]],
    [
      "the manifest's text",
      "sed -i s/Kitchen/kitchen/ manifest.json && printf ' ' >> manifest.json",
      ["signature_wrong"],
    ],
    [
      "the manifest: what is run afterwards",
      'sed -i \'s/^{/{"post_install":[{"run":"mark"}],/\' manifest.json',
      ["signature_wrong"],
    ],
    [
      "the manifest for a link to the very same",
      "mv manifest.json real && ln -s real manifest.json",
      ["state_damaged"],
    ],
    ["the manifest for a FIFO", "rm manifest.json && mkfifo manifest.json", ["state_damaged"]],
    ["the manifest for one without an end", "truncate -s 1T manifest.json", ["too_large"]],
    ["the manifest for nothing", "rm manifest.json", ["not_found"]],
    ["the signature for nothing", "rm manifest.json.sig", ["signature_missing"]],
    ["the signature for another release's", 'cp "$2/manifest.json.sig" .', ["signature_wrong"]],
    ["the signature for a FIFO", "rm manifest.json.sig && mkfifo manifest.json.sig", ["state_damaged"]],
    [
      "the whole for an older release that is signed, too",
      'cp "$2/manifest.json" "$2/manifest.json.sig" . && cp "$2"/*.tar.gz "$1"',
      ["release_moved", "bad_version", "hash_mismatch"],
    ],
    [
      "the whole for a release that somebody else signed",
      'cp "$3/manifest.json" "$3/manifest.json.sig" . && cp "$3"/*.tar.gz "$1"',
      ["signature_wrong"],
    ],
    [
      "the folder for a link to one that holds the same",
      'cd .. && mv downloads real && ln -s real downloads && printf X >> "real/$(basename "$1")"',
      ["hash_mismatch", "archive_refused"],
    ],
  ];

  test.each(CHANGES)("%s: refused, and nothing is changed", async (_, script, codes) => {
    const { order, bundle } = await ordered("1.1.0");
    const before = await device.outside();
    device.mustAttack(`cd downloads && ${script}`, bundle, device.join("releases/1.0.0"), strangers);
    const { outcome } = await device.apply(order.update.id);
    expect(outcome).toMatchObject({ result: "failed", to: "1.1.0" });
    expect(codes).toContain(outcome?.failure?.code);
    expect(outcome?.failure?.message).toMatch(/^\S.*\.$/);
    expect(await device.currentVersion()).toBe("1.0.0");
    expect(await device.outside()).toEqual(before);
    expect(await device.rootsFilesInApi()).toEqual([]);
    device.mustAttack("rm -rf downloads downloads.real real");
  });

  test("left alone, the same release is installed", async () => {
    const { order } = await ordered("1.1.0");
    expect(await device.apply(order.update.id)).toMatchObject({ code: 0, outcome: { result: "success" } });
    expect(await device.currentVersion()).toBe("1.1.0");
    expect(await device.rootsFilesInApi()).toEqual([]);
  });

  describe("while root reads it", () => {
    // Large, so that there is a while; only now, as all of the releases are compared before and after each attack.
    beforeAll(async () => {
      await device.publish("2.0.0", { ballastBytes: 32_000_000 });
    });

    const WHILE_READ: [what: string, script: string][] = [
      ["is overwritten", 'printf XXXXXXXX | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") - 100000)) conv=notrunc'],
      ["is cut off", 'truncate -s -100000 "$1"'],
      ["is made longer", 'head -c 100000 /dev/zero >> "$1"'],
    ];

    test.each(WHILE_READ)(
      "a bundle that %s while root reads it is refused",
      async (_, script) => {
        const { order, bundle } = await ordered("2.0.0");
        const before = await device.outside();
        const child = device.startApply(order.update.id);
        const end = device.applied(child);
        await stoppedWhileStaging(child);
        device.mustAttack(script, bundle);
        child.kill("SIGCONT");
        const { outcome } = await end;
        expect(outcome).toMatchObject({ result: "failed" });
        expect(["hash_mismatch", "archive_refused"]).toContain(outcome?.failure?.code);
        expect(await device.outside()).toEqual(before);
      },
      60_000,
    );

    test("what root has unpacked is out of the other side's reach", async () => {
      const { order, bundle } = await ordered("2.0.0");
      const child = device.startApply(order.update.id);
      const end = device.applied(child);
      const staging = await stoppedWhileStaging(child);
      for (const script of [
        'printf X >> "$1/ballast"',
        'rm -rf "$1"',
        'mv "$1" "$1.mine"',
        'touch "$1/more"',
        'ln -s /etc "$1/link"',
        'chmod 777 "$1"',
        'mkdir "$(dirname "$1")/9.9.9"',
      ]) {
        const { code, output } = device.attack(script, staging);
        expect([code === 0, output], script).toEqual([false, expect.stringMatching(/denied|not permitted/)]);
      }
      device.mustAttack('truncate -s -100000 "$1"', bundle);
      child.kill("SIGCONT");
      expect(await end).toMatchObject({ outcome: { result: "failed" } });
    });

    test("a bundle that another one takes the place of while root reads it: what was opened is read to its end", async () => {
      const { order, bundle } = await ordered("2.0.0");
      const child = device.startApply(order.update.id);
      const end = device.applied(child);
      await stoppedWhileStaging(child);
      device.mustAttack('cp "$2"/*.tar.gz new && mv new "$1"', bundle, strangers);
      child.kill("SIGCONT");
      expect(await end).toMatchObject({ outcome: { result: "success" } });
      const published = await readFile(device.join("releases/2.0.0/manifest.json"), "utf8");
      expect(await readFile(join(device.home, "current/manifest.json"), "utf8")).toBe(published);
    });
  });

  /** Root's process as it stands still in the middle of unpacking; the folder it unpacks into. */
  async function stoppedWhileStaging(child: ChildProcess): Promise<string> {
    const releases = join(device.home, "releases");
    for (const until = performance.now() + 20_000; performance.now() < until; ) {
      const staging = readdirSync(releases).find((name) => name.startsWith("."));
      if (staging && readdirSync(join(releases, staging)).length > 0) {
        child.kill("SIGSTOP");
        return join(releases, staging);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error("It never began to unpack.");
  }
});
