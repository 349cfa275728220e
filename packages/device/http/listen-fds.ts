/** The first file descriptor that is passed on: sd_listen_fds(3), SD_LISTEN_FDS_START. */
const FIRST_FD = 3;
const VARIABLES = ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"] as const;

/** More sockets than anybody has; beyond it the variable is no number of sockets. */
const MOST_FDS = 64;

/**
 * The file descriptors of the sockets that systemd listens on for the process `pid` (sd_listen_fds(3)); none when it
 * passed none, or passed them to another process, whose variables were inherited.
 */
export function listenFds(env: Readonly<Record<string, string | undefined>>, pid: number): number[] {
  if (env.LISTEN_PID !== String(pid)) return [];
  const count = /^[1-9]\d*$/.test(env.LISTEN_FDS ?? "") ? Number(env.LISTEN_FDS) : 0;
  return count > MOST_FDS ? [] : Array.from({ length: count }, (_, index) => FIRST_FD + index);
}

/** What this process starts must not take them for its own. Node sees to it that nobody inherits the sockets themselves. */
export function forgetListenFds(env: NodeJS.ProcessEnv = process.env): void {
  for (const name of VARIABLES) delete env[name];
}
