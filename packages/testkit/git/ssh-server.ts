import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "../appliance/free-port.ts";
import { TempDir } from "../temp-dir.ts";

const SSHD = "/usr/sbin/sshd";

/** Where sshd wants to lock its unprivileged half in, when root starts it. */
const EMPTY_FOLDER = "/run/sshd";

/** How long it may take until it answers, in milliseconds. */
const START_MS = 10_000;

/** Why no ssh server can be had here; null when one can: `test.skipIf(whyNoSsh)`. */
export function whyNoSshServer(): string | null {
  if (!existsSync(SSHD)) return "openssh-server isn't installed";
  try {
    execFileSync("ssh", ["-V"], { stdio: "ignore" });
  } catch {
    return "ssh isn't installed";
  }
  return null;
}

/** A real sshd on 127.0.0.1 which lets one key in, as the user of this process, with a host key of its own. */
export class SshServer implements AsyncDisposable {
  readonly port: number;
  readonly user: string;
  readonly #dir: TempDir;
  readonly #sshd: ChildProcess;
  readonly #madeEmptyFolder: boolean;

  private constructor(dir: TempDir, sshd: ChildProcess, port: number, madeEmptyFolder: boolean) {
    this.#dir = dir;
    this.#sshd = sshd;
    this.port = port;
    this.user = userInfo().username;
    this.#madeEmptyFolder = madeEmptyFolder;
  }

  static async start(): Promise<SshServer> {
    const dir = await TempDir.create("pawl-ssh-");
    for (const name of ["host_key", "user_key", "stranger_key"]) {
      await promisify(execFile)("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", dir.join(name)]);
    }
    await copyFile(dir.join("user_key.pub"), dir.join("authorized_keys"));
    const port = await freePort();
    const host = (await readFile(dir.join("host_key.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
    await writeFile(dir.join("known_hosts"), `[127.0.0.1]:${port} ${host}\n`);
    const stranger = (await readFile(dir.join("stranger_key.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
    await writeFile(dir.join("wrong_hosts"), `[127.0.0.1]:${port} ${stranger}\n`);
    await writeFile(dir.join("no_hosts"), "");
    await writeFile(dir.join("sshd_config"), config(dir, port));
    const madeEmptyFolder = process.getuid?.() === 0 && !existsSync(EMPTY_FOLDER);
    if (madeEmptyFolder) await mkdir(EMPTY_FOLDER, { mode: 0o755 });
    const sshd = spawn(SSHD, ["-D", "-e", "-f", dir.join("sshd_config")], { stdio: "ignore" });
    const server = new SshServer(dir, sshd, port, madeEmptyFolder);
    await server.#answers();
    return server;
  }

  /** The address of a repository on this machine. */
  urlOf(path: string): string {
    return `ssh://${this.user}@127.0.0.1:${this.port}${path}`;
  }

  /** A file of its own: `user_key`, `stranger_key` which isn't let in, `known_hosts`, `wrong_hosts`, `no_hosts`. */
  file(name: "user_key" | "stranger_key" | "known_hosts" | "wrong_hosts" | "no_hosts"): string {
    return this.#dir.join(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#sshd.exitCode === null && this.#sshd.signalCode === null) {
      const ended = new Promise((resolve) => this.#sshd.once("exit", resolve));
      this.#sshd.kill();
      await ended;
    }
    if (this.#madeEmptyFolder) await rmdir(EMPTY_FOLDER).catch(() => undefined);
    await this.#dir[Symbol.asyncDispose]();
  }

  async #answers(): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!(await isOpen(this.port))) {
      if (this.#sshd.exitCode !== null || Date.now() > deadline) {
        await this[Symbol.asyncDispose]();
        throw new Error("sshd doesn't start");
      }
      await sleep(20);
    }
  }
}

function config(dir: TempDir, port: number): string {
  return `ListenAddress 127.0.0.1
Port ${port}
HostKey ${dir.join("host_key")}
AuthorizedKeysFile ${dir.join("authorized_keys")}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding no
X11Forwarding no
PrintMotd no
`;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
