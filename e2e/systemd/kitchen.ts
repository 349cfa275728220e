import { readFileSync } from "node:fs";
import type { MachineFile } from "@pawl/testkit";

const PROGRAM = readFileSync(new URL("./kitchen.pl", import.meta.url), "utf8");

/** Where what the appliance finds at its starts is noted. */
export const STARTS = "/var/lib/kitchen/starts";

/** How a release behaves: `answers` is what it says its version is; default: the truth. */
export interface Behaviour {
  answers?: string;
}

/** What a release consists of: in each of its text files there is its version. */
export function releaseContent(version: string, { answers = version }: Behaviour = {}): Record<string, string> {
  return {
    "kitchen.pl": PROGRAM,
    answers: `${answers}\n`,
    version: `${version}\n`,
    "settings.json": '{"colour": "teal"}\n',
    "public/a.txt": `${version}\nfirst page\n`,
    "public/b.txt": `${version}\nsecond page\n`,
    "public/c.txt": `${version}\nthird page\n`,
  };
}

/** The appliance's unit, as its maker ships it. `dir` is where the release is. */
export function kitchenUnit(dir: string): MachineFile {
  return {
    text: `[Unit]
Description=Kitchen dashboard
[Service]
User=daemon
StateDirectory=kitchen
WorkingDirectory=${dir}
ExecStart=/usr/bin/perl kitchen.pl
[Install]
WantedBy=multi-user.target
`,
  };
}
