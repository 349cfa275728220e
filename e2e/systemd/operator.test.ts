import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BootedMachine, MIRROR_KEYS, machineIsPossible } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../scripts/bootstrap.mjs";
import { blocksOf } from "../document-blocks.ts";
import { activity } from "./units.ts";

const POSTGRES = "/usr/lib/postgresql";
const VERSION = existsSync(POSTGRES) ? readdirSync(POSTGRES).sort().at(-1) : undefined;
const whyNot = machineIsPossible() ?? (VERSION === undefined ? "Debian's PostgreSQL isn't here" : null);
/** The machine's disk is the host's first one, with what is written to it elsewhere. */
const isOnDisk = [ROOT, process.execPath].every((path) => statSync(path).dev === statSync("/").dev);
/** Where the machine sees the host's disk, also what is below folders that are its own, such as /tmp. */
const HOST = "/mnt/host";
const MIRROR = join(HOST, ROOT, "e2e", "scale-out", "mirror.ts");
const MIRROR_PORT = 8099;
/** What the page says for a machine that has nothing of it yet. */
const page = blocksOf("docs/operator.md").filter(({ language }) => language === "text");

if (!isOnDisk) {
  test("a checkout on another disk than the system's can't be seen from such a machine", () => {
    expect(isOnDisk).toBe(false);
  });
} else
  describe.skipIf(whyNot)(
    `the operator's page, done on a machine${whyNot ? ` (${whyNot})` : ""}`,
    { timeout: 120_000 },
    () => {
      let machine: BootedMachine;

      beforeAll(async () => {
        machine = await BootedMachine.boot();
        // What a machine of namespaces has over its /proc; no user may mount another /proc below that, and a sandbox needs one.
        await machine.succeed(["umount", "--lazy", "/proc/sys/kernel/random/boot_id", "/proc/sys"]);
        // As Debian does when PostgreSQL is installed, where nobody has kept it from that.
        await machine.succeed(["sh", "-euc", CLUSTER, "sh", VERSION ?? ""]);
        await machine.succeed(["mkdir", "-p", HOST]);
        await machine.succeed(["mount", "--bind", "/", HOST]);
        const node = join(HOST, process.execPath);
        await machine.succeed(["systemd-run", "--unit=mirror", node, MIRROR, "--port", String(MIRROR_PORT)]);
      });

      afterAll(() => machine?.[Symbol.asyncDispose]());

      /** The blocks in which all of these words are, as root's shell runs them. */
      async function follow(...words: string[]): Promise<string> {
        const found = page.filter(({ text }) => words.every((word) => text.includes(word)));
        expect(found, words.join(", ")).toHaveLength(1);
        return machine.succeed(["sh", "-euc", found[0]?.text ?? ""], { timeoutMs: 90_000 });
      }

      test("its programs, its user, its database, its files and its units come to be", async () => {
        // The checkout and its packages are here already: nothing is cloned. As a clone everybody may read it, whatever folder it lies in.
        await machine.succeed(["sh", "-euc", CHECKOUT, "sh", join(HOST, ROOT)]);
        await machine.succeed(["ln", "-s", "/opt/pawl/packages/server/bin/pawl.mjs", "/usr/local/bin/pawl"]);
        await follow("useradd");
        await follow("create database pawl");
        expect((await machine.succeed(["stat", "-c", "%a %U", "/etc/pawl/database.env"])).trim()).toBe("600 root");
        const { usign, apk } = MIRROR_KEYS;
        const openwrt = {
          upstream_url: `http://127.0.0.1:${MIRROR_PORT}`,
          keys: { usign: [usign.public], apk: [apk.pem] },
        };
        await follow("pawl config check");
        // The only thing that isn't as the page has it: where the distribution is.
        const addition = `distributions: ${JSON.stringify({ openwrt })}\n`;
        for (const name of ["pawl-server.yaml", "pawl-worker.yaml"]) {
          await machine.write(`/etc/pawl/${name}`, (await machine.read(`/etc/pawl/${name}`)) + addition);
        }
      });

      test("server and workers start, and run as nobody special", async () => {
        await machine.succeed(["systemctl", "enable", "--now", "pawl-server", "pawl-worker@1", "pawl-worker@2"]);
        await machine.waitFor("the server", async () => (await machine.run(READY)).code === 0, 60_000);
        for (const unit of ["pawl-server", "pawl-worker@1", "pawl-worker@2"]) {
          expect(await activity(machine, unit)).toBe("active");
          const user = await machine.succeed(["systemctl", "show", "--property=User", "--value", unit]);
          expect(user.trim()).toBe("pawl-server");
        }
      });

      test("both workers can build here, and doctor finds nothing that stands in the way", async () => {
        const token = await follow("pawl token create");
        expect(token).toMatch(/\S{20,}/);
        const workers = await machine.waitFor(
          "two workers",
          async () => {
            const { stdout } = await machine.run(asOperator("pawl workers --json"));
            const items = (JSON.parse(stdout || "{}") as { items?: { trouble: string | null }[] }).items ?? [];
            return items.length === 2 ? items : null;
          },
          30_000,
        );
        expect(workers.map(({ trouble }) => trouble)).toEqual([null, null]);
        const said = await machine.succeed(asOperator("pawl doctor"));
        expect(said).toContain("2 workers are there");
        expect(said).toContain("pawl-server.service runs, and is started at boot");
        // What isn't as it should be, of a machine of namespaces: its disk is small, and it has no time servers.
        const other = said
          .split("\n")
          .filter((line) => /^[^✓ ]/.test(line) && !/clock|on a disk of|\d warnings?\.$/.test(line));
        expect(other).toEqual([]);
      });

      test("an image is built, and is what was announced", async () => {
        const [block = ""] = page.flatMap(({ text }) => (text.startsWith("pawl build ") ? [text] : []));
        const said = await machine.succeed(["sh", "-euc", block], { timeoutMs: 90_000 });
        const url = /^ *(http\S+-sysupgrade\.bin)$/m.exec(said)?.[1] ?? "";
        const sum = /^ *sha256 ([0-9a-f]{64})$/m.exec(said)?.[1];
        const taken = await machine.succeed(["sh", "-euc", 'curl -fsS "$1" | sha256sum', "sh", url]);
        expect(taken.split(" ")[0]).toBe(sum);
      });

      test("a worker that is told to stop is gone from the list, and the other one goes on", async () => {
        await machine.succeed(["systemctl", "stop", "pawl-worker@2"]);
        const { items } = JSON.parse(await machine.succeed(asOperator("pawl workers --json"))) as {
          items: { name: string }[];
        };
        expect(items.map(({ name }) => name)).toEqual([expect.stringMatching(/-1$/)]);
        expect(await activity(machine, "pawl-worker@2")).toBe("inactive");
      });
    },
  );

const CHECKOUT = `
mkdir -p /run/checkout/upper /run/checkout/work /opt/pawl
mount -t overlay -o "lowerdir=$1,upperdir=/run/checkout/upper,workdir=/run/checkout/work" overlay /opt/pawl
chmod 755 /opt/pawl
`;
const CLUSTER = '[ -d "/etc/postgresql/$1/main" ] || pg_createcluster "$1" main; systemctl start "postgresql@$1-main"';
const READY = ["curl", "-fsS", "http://127.0.0.1:8080/health/ready"];

function asOperator(command: string): string[] {
  return ["sh", "-euc", `set -a; . /etc/pawl/database.env; set +a; ${command} --config /etc/pawl/pawl-server.yaml`];
}
