import { Command, Option } from "commander";
import type { Scope } from "../auth/scopes.ts";
import { SCOPES } from "../auth/scopes.ts";
import type { Io } from "./io.ts";
import type { ConfigOption } from "./program.ts";
import { table } from "./table.ts";
import { ago } from "./times.ts";
import { printJson, withServer } from "./with-server.ts";

interface TokenOptions extends ConfigOption {
  json?: boolean;
}

/** `pawl token create`, `list` and `revoke`: who may change something over the API. */
export function tokenCommand(io: Io): Command {
  const token = new Command("token").description("who may change something over the server's API");
  token
    .command("create")
    .description("make a token; it is printed once and can't be shown again")
    .argument("<name>", "who or what it is for")
    .addOption(new Option("--scope <scope...>", "what it is good for").choices(SCOPES).makeOptionMandatory())
    .option("--days <number>", "after how many days it ends; default: never", wholeNumber)
    .option("--json", "for programs")
    .action((name: string, options: TokenOptions & { scope: Scope[]; days?: number }) => create(io, name, options));
  token
    .command("list")
    .description("the tokens there are, without the tokens themselves")
    .option("--json", "for programs")
    .action((options: TokenOptions) => list(io, options));
  token
    .command("revoke")
    .description("make a token worthless at once")
    .argument("<name>", "as in `pawl token list`")
    .option("--json", "for programs")
    .action((name: string, options: TokenOptions) => revoke(io, name, options));
  return token;
}

async function create(io: Io, name: string, options: TokenOptions & { scope: Scope[]; days?: number }): Promise<void> {
  const { scope: scopes, days, json } = options;
  const expiresAt = days === undefined ? null : new Date(Date.now() + days * 86_400_000);
  await withServer(io, options, async ({ tokens }) => {
    const { token } = await tokens.create({ name, scopes, expiresAt });
    if (json) return printJson(io, { success: true, name, scopes, expires_at: expiresAt, token });
    io.stderr(`The token ${name} is made. Keep it secret; it is shown only now:\n`);
    io.stdout(`${token}\n`);
    io.stderr('Callers send it as "Authorization: Bearer …".\n');
  });
}

async function list(io: Io, options: TokenOptions): Promise<void> {
  await withServer(io, options, async ({ tokens }) => {
    const all = await tokens.list();
    if (options.json) return printJson(io, { success: true, tokens: all });
    const now = new Date();
    if (all.length === 0) io.stderr("There are no tokens: nobody can change anything over the API.\n");
    io.stdout(
      table(
        all.map(({ name, scopes, lastUsedAt, expiresAt }) => [
          name,
          scopes.join(", "),
          `used ${ago(lastUsedAt, now)}`,
          expiresAt ? `ends ${expiresAt.toISOString().slice(0, 10)}` : "",
        ]),
      ),
    );
  });
}

async function revoke(io: Io, name: string, options: TokenOptions): Promise<void> {
  await withServer(io, options, async ({ tokens }) => {
    await tokens.revoke(name);
    if (options.json) return printJson(io, { success: true, name });
    io.stdout(`The token ${name} is worth nothing from now on.\n`);
  });
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error("a whole number of days, at least 1");
  return number;
}
