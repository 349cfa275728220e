import { readFile } from "node:fs/promises";
import {
  ApiFailure,
  answerOf,
  type ClientOptions,
  type ServerClient,
  type ServerSchemas,
  serverClient,
} from "@pawl/ui/server";
import { watchBuild } from "@pawl/ui/watch-build";
import { Command, InvalidArgumentError, Option } from "commander";
import { VERSION } from "../version.ts";
import { BuildProgress } from "./build-progress.ts";
import { buildWords, failureWords } from "./build-words.ts";
import { downloadArtifacts } from "./download-artifacts.ts";
import type { Io } from "./io.ts";
import { makeOutputFolder } from "./output-folder.ts";
import { withServerNamed } from "./server-trouble.ts";
import { printJson } from "./with-server.ts";
import { Failed } from "./word-error.ts";

interface BuildOptions {
  server: string;
  distribution: string;
  version: string;
  target: string;
  profile: string;
  filesystem?: string;
  rootfsSize?: number;
  defaults?: string;
  repository: Record<string, string>;
  repositoryKey: string[];
  only?: boolean;
  output?: string;
  log?: boolean;
  json?: boolean;
}

/** Taking a request back may take so long, in milliseconds: whoever pressed Ctrl-C wants to go. */
const WITHDRAW_WITHIN_MS = 3_000;

/** `pawl build`: has an image built by a server, through its API as everybody else would, and shows how it goes on. */
export function buildCommand(io: Io): Command {
  const env = io.env.PAWL_URL;
  return (
    new Command("build")
      .description("have a server build an image with exactly these packages, and watch it")
      .argument("[package...]", "besides the device's own; -name leaves one out, name=version asks for that version")
      .requiredOption("--version <version>", "24.10.5, SNAPSHOT, …")
      .requiredOption("--target <target>", "ath79/generic, …")
      .requiredOption("--profile <profile>", "the device: its profile, or a name that it goes by")
      .addOption(
        new Option("--server <address>", "the server; PAWL_URL says it, too")
          .default(env || "http://127.0.0.1:8080")
          .argParser(address),
      )
      .option("--distribution <name>", "whose version it is", "openwrt")
      .option("--filesystem <name>", "squashfs, ext4, …; default: all that the device has")
      .option("--rootfs-size <MB>", "of the root file system, where the device has room to choose", megabytes)
      .option("--defaults <file>", "a script that the device runs when it starts the first time")
      .option("--repository <name=address>", "another feed; may be given more than once", repository, {})
      .option("--repository-key <file>", "its public key; may be given more than once", listed, [])
      .option("--only", "these packages are all there should be, without the device's own")
      .option("--output <folder>", "download the images into it, and check them")
      .option("--log", "show what the builder prints")
      .option("--json", "for programs: the build as it ended")
      // `-dnsmasq` is no option but a package that is left out.
      .allowUnknownOption()
      .action((packages: string[], options: BuildOptions, command: Command) => {
        const wrong = packages.find((name) => name.startsWith("--"));
        if (wrong !== undefined) command.error(`error: unknown option '${wrong}'`, { code: "commander.unknownOption" });
        return build(io, packages, options).catch((error: unknown) => {
          throw withServerNamed(error, options.server);
        });
      })
  );
}

async function build(io: Io, packages: readonly string[], options: BuildOptions): Promise<void> {
  const at: ClientOptions = { url: options.server };
  const client = serverClient(at);
  const body = await requestOf(packages, options);
  if (options.output !== undefined) await makeOutputFolder(options.output);
  const { build: asked, secret } = await ask(client, body, io.signal);
  const progress = new BuildProgress(io, { isQuiet: options.json === true, showsLog: options.log === true });
  progress.asked(asked);
  let last = asked;
  if (!isOver(last)) {
    for await (const event of watchBuild(at, asked.id, io.signal)) {
      progress.show(event);
      if (event.kind === "build") last = event.build;
    }
  }
  if (io.signal.aborted && !isOver(last)) {
    const params = { path: { id: asked.id } };
    const signal = AbortSignal.timeout(WITHDRAW_WITHIN_MS);
    await client.POST("/api/v2/builds/{id}/withdrawals", { params, body: { secret }, signal }).catch(() => undefined);
    io.stderr("Taken back.\n");
    return io.signal.throwIfAborted();
  }
  if (options.json) printJson(io, { success: last.state === "done", build: last });
  if (last.state !== "done" || last.result === null) {
    if (!options.json) io.stderr(failureWords(last, io));
    throw new Failed();
  }
  if (!options.json) io.stdout(buildWords(last, options.server, io, isOver(asked)));
  if (options.output !== undefined) await downloadArtifacts(io, options.server, last.result.artifacts, options.output);
}

/** @throws ApiFailure not_the_server, too, for what answers JSON and is another server */
async function ask(client: ServerClient, body: ServerSchemas["BuildRequest"], signal: AbortSignal) {
  const answer = await answerOf(client.POST("/api/v2/builds", { body, signal })).catch((cause: unknown) => {
    throw cause instanceof SyntaxError ? new ApiFailure("not_the_server", "That is no JSON.", { cause }) : cause;
  });
  if (typeof answer?.build?.id === "string") return answer;
  throw new ApiFailure("not_the_server", "Something else than the server answered.");
}

async function requestOf(packages: readonly string[], options: BuildOptions): Promise<ServerSchemas["BuildRequest"]> {
  const pinned = packages.flatMap((name) => {
    const [, plain, version] = /^([^=]+)=(.+)$/.exec(name) ?? [];
    return plain !== undefined && version !== undefined ? [[plain, version] as const] : [];
  });
  const keys = await Promise.all(options.repositoryKey.map(textOf));
  return {
    distribution: options.distribution,
    version: options.version,
    version_code: null,
    target: options.target,
    profile: options.profile,
    packages: packages.map((name) => name.replace(/=.*$/, "")),
    packages_versions: Object.fromEntries(pinned),
    only: options.only === true,
    filesystem: (options.filesystem ?? null) as ServerSchemas["BuildRequest"]["filesystem"],
    rootfs_size_mb: options.rootfsSize ?? null,
    defaults: options.defaults === undefined ? null : await textOf(options.defaults),
    repositories: options.repository,
    repositories_mode: "append",
    repository_keys: keys.map((key) => key.trim()),
    client: `pawl/${VERSION}`,
  };
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "isn't there" : `can't be read (${cause.code})`;
    throw new ApiFailure("bad_request", `${path} ${why}.`, { cause });
  });
}

function isOver({ state }: ServerSchemas["Build"]): boolean {
  return state !== "queued" && state !== "running";
}

function address(text: string): string {
  if (!/^https?:\/\/[^\s?#]+$/.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError("An address such as http://127.0.0.1:8080 is wanted.");
  }
  return text.replace(/\/+$/, "");
}

function megabytes(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("A whole number of megabytes is wanted.");
  return Number(text);
}

function repository(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, url] = /^([A-Za-z0-9._-]+)=(https?:\/\/\S+)$/.exec(text) ?? [];
  if (!name || !url) throw new InvalidArgumentError("name=https://… is wanted.");
  return { ...before, [name]: url };
}

function listed(text: string, before: readonly string[]): string[] {
  return [...before, text];
}
