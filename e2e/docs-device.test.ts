import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BootedMachine, machineIsPossible } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../scripts/bootstrap.mjs";
import { DEVICE_FILE } from "./nodes.ts";

const whyNot = machineIsPossible();

/** A machine may share its host's two cores with other tests. */
const PATIENCE_MS = 180_000;

describe.skipIf(whyNot)(
  `what docs/device.md says of a device${whyNot ? ` (${whyNot})` : ""}`,
  { timeout: PATIENCE_MS },
  () => {
    let machine: BootedMachine;
    let text: string;

    /** In the order of the document: the copied file, the sample, pawl.yaml, the set-up. */
    beforeAll(async () => {
      text = await readFile(join(ROOT, "docs", "device.md"), "utf8");
      machine = await BootedMachine.boot();
      await machine.copyIn(DEVICE_FILE, "/srv/pawl-device.mjs", 0o644);
      await machine.succeed(["node", "/srv/pawl-device.mjs", "setup"]);
      const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(text) ?? [];
      await machine.write("/etc/pawl/pawl.yaml", yaml);
      await machine.succeed(["pawl", "setup"]);
    }, PATIENCE_MS);

    afterAll(() => machine?.[Symbol.asyncDispose]());

    /** The rows of the table that begins so, each its cells. */
    function rowsOf(head: string): string[][] {
      const [, rows = ""] = text.split(`${head}\n`)[1]?.match(/^\|-.*\n((?:\|.*\n)+)/) ?? [];
      return rows.split("\n").flatMap((row) =>
        row === ""
          ? []
          : [
              row
                .split("|")
                .slice(1, -1)
                .map((cell) => cell.trim()),
            ],
      );
    }

    const codeIn = (cell = "") => [...cell.matchAll(/`(.+?)`/g)].map(([, code = ""]) => code);

    /** What is listed in a place, as `owner path`. */
    async function look(path: string): Promise<string[]> {
      const script = 'for each in $1; do [ -e "$each" ] && stat --format="%U %n" "$each"; done; true';
      return (await machine.succeed(["sh", "-c", script, "sh", path])).split("\n").filter((line) => line !== "");
    }

    test("is where it says, and whose it says", async () => {
      const rows = rowsOf("| what | whose | what for |").filter(([what = ""]) => what.startsWith("`/"));
      expect(rows.length).toBeGreaterThan(6);
      for (const [what = "", whose = ""] of rows) {
        const owner = whose.startsWith("root") ? "root" : "pawl";
        const found = (
          await Promise.all(codeIn(what).map((path) => look(path.replace("<app>", "*").replace("…", "*"))))
        ).flat();
        expect(found, what).not.toEqual([]);
        for (const line of found) expect(line).toMatch(new RegExp(`^${owner} `));
      }
    });

    test("runs as whom it says, in these units and no others", async () => {
      const rows = rowsOf("| unit | runs as | when |");
      const documented = rows.flatMap(([units]) => codeIn(units)).map((unit) => unit.replace("…", ""));
      const there = (await machine.succeed(["sh", "-c", "cd /etc/systemd/system && ls -d pawl-*"])).trim().split("\n");
      expect(documented.sort()).toEqual(there.filter((name) => !name.endsWith(".d")).sort());
      for (const [units = "", user = ""] of rows) {
        for (const unit of codeIn(units).filter((name) => name.endsWith(".service"))) {
          const shown = await machine.succeed([
            "systemctl",
            "show",
            "--property=User",
            "--value",
            unit.replace("…", "schedule"),
          ]);
          expect(shown.trim() || "root", unit).toBe(user.startsWith("root") ? "root" : "pawl");
        }
      }
    });

    test("is left to the owner without systemd just as `pawl setup` prints it there", async () => {
      await machine.succeed(["mv", "/run/systemd/system", "/run/systemd/elsewhere"]);
      try {
        const said = await machine.succeed(["pawl", "setup"]);
        const printed = said.match(/^ {4}.*\/usr\/local\/bin\/pawl .*/gm) ?? [];
        const documented = text.match(/^.*\/usr\/local\/bin\/pawl (?:recover|resume|device|check --due) .*/gm) ?? [];
        const commandIn = (line: string) => line.trim().split(/ {2,}/)[0];
        expect(documented.map(commandIn)).toEqual(printed.map(commandIn));
        expect(printed.length).toBe(4);
      } finally {
        await machine.succeed(["mv", "/run/systemd/elsewhere", "/run/systemd/system"]);
      }
    });

    test("is taken off again as it says", async () => {
      const said = await machine.succeed(["pawl", "setup", "--remove"]);
      expect(said).toContain("rm -r /etc/pawl");
      expect(await look("/usr/local/bin/pawl /usr/local/sbin/pawl-apply /etc/systemd/system/pawl-*")).toEqual([]);
      expect(await look("/etc/pawl/pawl.yaml")).toEqual(["root /etc/pawl/pawl.yaml"]);
    });
  },
);
