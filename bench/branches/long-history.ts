import { GitServer, pythonProject } from "@pawl/testkit";

const COMMITS = 5_000;
const FOLDERS = 20;

/** A served repository whose `main` is 5,000 commits long, over 200 files in 20 folders, with a tag every 500 commits. */
export async function longHistory(): Promise<{ server: GitServer; url: string }> {
  const server = await GitServer.start();
  const repository = await server.create("kettle");
  const commits = Array.from({ length: COMMITS }, (_, n) => ({
    message: `Turn ${n}\n\nWhat was done in turn ${n}, and why it was done, in a line or two as people write them.`,
    files: n === 0 ? { ...pythonProject(), ...allFiles() } : { [fileOf(n)]: `turn ${n}\n${"# text\n".repeat(40)}` },
  }));
  const ids = await repository.commits("main", commits);
  for (let n = 0; n < COMMITS; n += 500) await repository.tag(`v1.${n / 500}.0`, ids[n] ?? "");
  await repository.git("repack", "-adq");
  return { server, url: `${server.url}/kettle.git` };
}

function allFiles(): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 200 }, (_, n) => [fileOf(n), `file ${n}\n`]));
}

function fileOf(n: number): string {
  return `kettle/part${n % FOLDERS}/file${n % 200}.py`;
}
