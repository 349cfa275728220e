/** Where root's programs are looked for. */
export const SECURE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What root's programs find in their environment, and all of it: whoever calls may have set anything. */
const ROOTS_ENVIRONMENT = {
  PATH: SECURE_PATH,
  HOME: "/root",
  LANG: "C.UTF-8",
};

/** Takes everything out of this process's environment that its caller put there. */
export function cleanEnvironment(): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, ROOTS_ENVIRONMENT);
}
