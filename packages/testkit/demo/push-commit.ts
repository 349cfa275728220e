// The developer of the demo's kettle: push-commit.ts <repository> <pawl> [--broken]. Pushes a commit to the branch that the
// device follows; a broken one starts, answers, and dies.
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { pushKettle } from "../appliance/python-appliance.ts";
import { GitRepository } from "../git/git-repository.ts";

const DIES_AFTER_MS = 1_500;

const { values, positionals } = parseArgs({ options: { broken: { type: "boolean" } }, allowPositionals: true });
const [path = "", pawl = ""] = positionals;
const status = execFileSync(pawl, ["status", "--app", "kettle", "--json"], { encoding: "utf8" });
const { channel } = JSON.parse(status) as { channel: string };
const repository = await GitRepository.open(path);
const count = await repository.git("rev-list", "--count", `refs/heads/${channel}`);
const message = values.broken ? "Boil dry" : `Pour ${count} cups`;
const faults = values.broken ? { diesAfterMs: DIES_AFTER_MS } : {};
const commit = await pushKettle(repository, channel, { message, at: new Date(), ...faults });
process.stdout.write(`Pushed ${commit.slice(0, 7)} to ${channel}: "${message}"\n`);
