import { Command } from "commander";
import type { Tokens } from "../tokens.ts";

export interface TokenCommandIo {
  stdout(text: string): void;
  stderr(text: string): void;
  /** `state_dir` of pawl.yaml. */
  stateDir(): Promise<string>;
}

interface TokenOptions {
  json?: boolean;
}

/** `pawl token create`, `list` and `revoke`: who may use the API. Actions throw UpdateError. */
export function tokenCommand(io: TokenCommandIo): Command {
  const token = new Command("token").description("who may use the update API of this device");
  token
    .command("create")
    .description("make a token; it is printed once and can't be shown again")
    .argument("<name>", "who or what it is for")
    .option("--json", "for programs")
    .action((name: string, options: TokenOptions) => create(name, options, io));
  token
    .command("list")
    .description("the tokens there are, without the tokens themselves")
    .option("--json", "for programs")
    .action((options: TokenOptions) => list(options, io));
  token
    .command("revoke")
    .description("make a token worthless at once")
    .argument("<name>", "as in `pawl token list`")
    .option("--json", "for programs")
    .action((name: string, options: TokenOptions) => revoke(name, options, io));
  return token;
}

async function create(name: string, { json }: TokenOptions, io: TokenCommandIo): Promise<void> {
  const tokens = await openTokens(io);
  const isFirst = (await tokens.list()).length === 0;
  const token = await tokens.create(name);
  if (json) return printJson(io, { success: true, name, token });
  io.stderr(`The token ${name} is made. Keep it secret; it is shown only now:\n`);
  io.stdout(`${token}\n`);
  io.stderr('Callers send it as "Authorization: Bearer …".\n');
  if (isFirst) io.stderr("It is the first one: from now on every call of the API needs a token.\n");
}

async function list({ json }: TokenOptions, io: TokenCommandIo): Promise<void> {
  const tokens = await (await openTokens(io)).list();
  if (json) return printJson(io, { success: true, tokens });
  if (tokens.length === 0) io.stderr("There are no tokens: only this device itself can use the API.\n");
  for (const { name, created_at, last4 } of tokens) io.stdout(`${created_at.slice(0, 10)}  …${last4}  ${name}\n`);
}

async function revoke(name: string, { json }: TokenOptions, io: TokenCommandIo): Promise<void> {
  await revokeKnown(await openTokens(io), name);
  if (json) return printJson(io, { success: true, name });
  io.stdout(`The token ${name} is worth nothing from now on.\n`);
}

/** Whoever mistypes a name sees which there are. */
async function revokeKnown(tokens: Tokens, name: string): Promise<void> {
  try {
    await tokens.revoke(name);
  } catch (error) {
    const { UpdateError } = await import("../error.ts");
    if (!(error instanceof UpdateError) || error.code !== "not_found") throw error;
    const names = (await tokens.list()).map((token) => token.name);
    const there = names.length === 0 ? "there are none" : `there is: ${names.join(", ")}`;
    throw new UpdateError("not_found", `There is no token ${name}; ${there}.`, { cause: error });
  }
}

async function openTokens(io: TokenCommandIo) {
  const { Tokens } = await import("../tokens.ts");
  return Tokens.open(await io.stateDir());
}

function printJson(io: TokenCommandIo, value: object): void {
  io.stdout(`${JSON.stringify(value)}\n`);
}
