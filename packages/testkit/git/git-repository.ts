import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

export interface GitCommit {
  /** What is added or replaced, by path; null removes. All else stays as the parent has it. */
  files?: Record<string, string | Uint8Array | GitFile | null>;
  message?: string;
  /** `Name <address>` */
  author?: string;
  /** Default: a minute after the last. */
  at?: Date;
  /** The first parent; null: none. Default: the branch as it is, else none. */
  from?: string | null;
  /** A second parent. */
  merge?: string;
}

export interface GitFile {
  /** `120000` is a symbolic link, `160000` a submodule whose commit `data` is. Default `100644`. */
  mode?: "100644" | "100755" | "120000" | "160000";
  data: string | Uint8Array;
}

/** No configuration of this machine's or its user's, and the same person at the same time gives the same ids. */
const GIT_ENV = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

const PERSON = "Kim Kettle <kim@example.org>";

/** A bare repository for tests and demos. Made with fast-import, so that 5,000 commits take a fraction of a second. */
export class GitRepository {
  readonly path: string;
  /** The commit of every branch. */
  readonly heads: Map<string, string> = new Map();
  #at: number = Date.UTC(2026, 0, 1);

  private constructor(path: string) {
    this.path = path;
  }

  /** `main` is its default branch; it has no commits. */
  static async create(path: string): Promise<GitRepository> {
    const repository = new GitRepository(path);
    await promisify(execFile)("git", ["init", "--quiet", "--bare", "--initial-branch=main", path], { env: GIT_ENV });
    await repository.git("config", "uploadpack.allowFilter", "true");
    return repository;
  }

  /** One that is there already. */
  static async open(path: string): Promise<GitRepository> {
    const repository = new GitRepository(path);
    const heads = await repository.git("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads/");
    for (const line of heads.split("\n").filter(Boolean)) {
      const [id = "", name = ""] = line.split(" ", 2);
      repository.heads.set(name, id);
    }
    return repository;
  }

  /** Runs git in it; what it prints, without the last line's end. */
  async git(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("git", ["--git-dir", this.path, ...args], {
      env: GIT_ENV,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.replace(/\n$/, "");
  }

  /** Whether it leaves objects out when asked to; git hosts other than the well-known ones often don't. */
  async allowFilters(isAllowed: boolean): Promise<void> {
    await this.git("config", "uploadpack.allowFilter", String(isAllowed));
  }

  /** Adds a commit to a branch, which it makes when there is none; its id. */
  async commit(branch: string, commit: GitCommit = {}): Promise<string> {
    const [id] = await this.commits(branch, [commit]);
    return id as string;
  }

  /** Adds any number of commits to a branch at once; their ids, oldest first. */
  async commits(branch: string, commits: readonly GitCommit[]): Promise<string[]> {
    const chunks: Buffer[] = [];
    const write = (text: string) => chunks.push(Buffer.from(text));
    commits.forEach((commit, n) => {
      const { message = "Change something", author = PERSON, merge, files = {} } = commit;
      const previous = n > 0 ? `:${n}` : (this.heads.get(branch) ?? null);
      const from = commit.from === undefined ? previous : commit.from;
      const time = this.#next(commit.at);
      if (from === null) write(`reset refs/heads/${branch}\n`);
      write(`commit refs/heads/${branch}\nmark :${n + 1}\nauthor ${author} ${time}\ncommitter ${PERSON} ${time}\n`);
      data(chunks, message);
      if (from !== null) write(`from ${from}\n`);
      if (merge !== undefined) write(`merge ${merge}\n`);
      for (const [path, file] of Object.entries(files)) change(chunks, path, file);
      write(`\nget-mark :${n + 1}\n`);
    });
    const ids = (await this.#import(Buffer.concat(chunks))).trim().split("\n");
    this.heads.set(branch, ids.at(-1) as string);
    return ids;
  }

  /** Replaces a tag of this name; with a message it becomes an object of its own (an annotated tag). */
  async tag(name: string, commit: string, message?: string): Promise<void> {
    if (message === undefined) return void (await this.git("update-ref", `refs/tags/${name}`, commit));
    const chunks = [Buffer.from(`tag ${name}\nfrom ${commit}\ntagger ${PERSON} ${this.#next()}\n`)];
    data(chunks, message);
    await this.#import(Buffer.concat(chunks));
  }

  async deleteTag(name: string): Promise<void> {
    await this.git("update-ref", "-d", `refs/tags/${name}`);
  }

  /** Points a branch at a commit, whatever it was before: a new branch, or a force-push. */
  async branch(name: string, commit: string): Promise<void> {
    await this.git("update-ref", `refs/heads/${name}`, commit);
    this.heads.set(name, commit);
  }

  async deleteBranch(name: string): Promise<void> {
    await this.git("update-ref", "-d", `refs/heads/${name}`);
    this.heads.delete(name);
  }

  /** Forgets what no branch and no tag leads to. */
  async prune(): Promise<void> {
    await this.git("-c", "gc.reflogExpire=now", "gc", "--quiet", "--prune=now");
  }

  #next(at?: Date): string {
    this.#at = at?.getTime() ?? this.#at + 60_000;
    return `${Math.floor(this.#at / 1000)} +0100`;
  }

  #import(stream: Buffer): Promise<string> {
    const args = ["--git-dir", this.path, "fast-import", "--quiet", "--force", "--done", "--date-format=raw"];
    return new Promise((resolve, reject) => {
      const child = spawn("git", args, { env: GIT_ENV, stdio: ["pipe", "pipe", "pipe"] });
      let [out, errors] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text) => {
        out += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text) => {
        errors += text;
      });
      child.once("error", reject);
      child.once("close", (code) => (code === 0 ? resolve(out) : reject(new Error(`git fast-import: ${errors}`))));
      child.stdin.on("error", () => undefined);
      child.stdin.end(Buffer.concat([stream, Buffer.from("done\n")]));
    });
  }
}

function change(chunks: Buffer[], path: string, file: string | Uint8Array | GitFile | null): void {
  const name = /[\s"\\]/.test(path) ? JSON.stringify(path) : path;
  if (file === null) return void chunks.push(Buffer.from(`D ${name}\n`));
  const { mode = "100644", data: content } =
    typeof file === "string" || file instanceof Uint8Array ? { data: file } : file;
  if (mode === "160000") return void chunks.push(Buffer.from(`M 160000 ${content} ${name}\n`));
  chunks.push(Buffer.from(`M ${mode} inline ${name}\n`));
  data(chunks, content);
}

function data(chunks: Buffer[], content: string | Uint8Array): void {
  const bytes = Buffer.from(content);
  chunks.push(Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n"));
}
