import { Command } from "commander";

export interface KeyCommandIo {
  stdout(text: string): void;
  stderr(text: string): void;
}

interface KeyOptions {
  json?: boolean;
}

/** `pawl key generate` and `pawl key public`: the publisher's key. Actions throw UpdateError. */
export function keyCommand(io: KeyCommandIo): Command {
  const key = new Command("key").description("the key that releases are signed with");
  key
    .command("generate")
    .description("make a new key; keep the file secret and safe, devices need only what is printed")
    .option("--out <file>", "where the private key goes; never overwritten", "release.key")
    .option("--json", "for programs")
    .action((options: KeyOptions & { out: string }) => generate(options, io));
  key
    .command("public")
    .description("print the public half of a private key")
    .argument("<file>", "the private key")
    .option("--json", "for programs")
    .action((file: string, options: KeyOptions) => showPublic(file, options, io));
  return key;
}

async function generate({ out, json }: KeyOptions & { out: string }, { stdout }: KeyCommandIo): Promise<void> {
  const { createKeyFile } = await import("../publish/key-file.ts");
  const publicKey = await createKeyFile(out);
  if (json) return stdout(`${JSON.stringify({ success: true, file: out, public_key: publicKey })}\n`);
  stdout(`The private key is in ${out}. Keep it secret, and keep a copy: devices that trust it take nothing else.\n\n`);
  stdout(`In pawl.yaml of each device, below the app:\n\n    public_keys: ["${publicKey}"]\n`);
}

async function showPublic(file: string, { json }: KeyOptions, { stdout }: KeyCommandIo): Promise<void> {
  const { readPublicKeyOf } = await import("../publish/key-file.ts");
  const publicKey = await readPublicKeyOf(file);
  stdout(json ? `${JSON.stringify({ success: true, public_key: publicKey })}\n` : `${publicKey}\n`);
}
