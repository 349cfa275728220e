import { UpdateError } from "../../error.ts";
import { lastWords } from "../../system/services/words.ts";
import { type Account, Accounts } from "../accounts.ts";
import { programAt, statsAt } from "../ground.ts";
import { GOES, type Ground, type Thing } from "../types.ts";

/** The user, and the group, that the unprivileged side runs as. */
export const API_USER = "pawl";

const WITHIN_MS = 30_000;
const COMMENT = "Pawl, the updater";
/** No shell that lets anybody in. */
const NO_SHELL = /\/(nologin|false)$/;

/** Nobody may log in as it. */
function isSystems({ uid, shell }: Account): boolean {
  return uid !== 0 && NO_SHELL.test(shell);
}

/** Whether an account of that name is the one that `pawl setup` has made, and not one that was there before. */
export function isPawls(account: Account): boolean {
  return isSystems(account) && account.comment === COMMENT;
}

/** A user of the system's own, without a password, a shell or a home of its own: `home` is where its files are. */
export function apiUser(ground: Ground, home: string): Thing {
  const isThere = async () => {
    const accounts = await Accounts.of(ground);
    const user = accounts.user(API_USER);
    if (user === null || accounts.groupId(API_USER) === null) return false;
    if (isSystems(user)) return true;
    throw new UpdateError(
      "not_writable",
      `There is a user ${API_USER} on this device already who may log in, so it isn't Pawl's. Give it another name: usermod --login <name> ${API_USER}; or, if nobody logs in as it, take its shell away: usermod --shell /usr/sbin/nologin ${API_USER}`,
    );
  };
  return {
    does: `make the user ${API_USER}, of the system's own and without a shell`,
    undoes: `remove the user ${API_USER}`,
    isDone: isThere,
    make: async (signal) => {
      const hasGroup = (await Accounts.of(ground)).groupId(API_USER) !== null;
      for (const argv of await commandsThatMake(ground, home, hasGroup)) await succeed(ground, argv, signal);
      if (await isThere()) return;
      throw new UpdateError("not_writable", `There is still no user ${API_USER} in /etc/passwd. Make it, then go on.`);
    },
    fate: async (going) => {
      const accounts = await Accounts.of(ground);
      const user = accounts.user(API_USER);
      const group = accounts.groupId(API_USER);
      // A person's account, or a group that people are in.
      const isTheirs = user ? !isSystems(user) : group === null || accounts.hasMembers(group);
      if (isTheirs) return null;
      const isLeft = !going.has(home) && (await statsAt(ground, home)) !== null;
      if ((user === null || isPawls(user)) && !isLeft) return GOES;
      // Somebody else would get its number one day, and with it its files.
      return { is: "stays", path: API_USER, what: `the user ${API_USER}`, line: `userdel ${API_USER}` };
    },
    remove: async (signal) => {
      if ((await Accounts.of(ground)).user(API_USER) !== null) {
        await succeed(ground, [await oneOf(ground, "userdel", "deluser"), API_USER], signal);
      }
      // Most remove the group along with its user.
      if ((await Accounts.of(ground)).groupId(API_USER) === null) return;
      await succeed(ground, [await oneOf(ground, "groupdel", "delgroup"), API_USER], signal);
    },
  };
}

/** With the tools of Debian, Red Hat and most others, or with those of busybox. */
async function commandsThatMake(ground: Ground, home: string, hasGroup: boolean): Promise<string[][]> {
  const shell = (await programAt(ground, "nologin")) ?? "/bin/false";
  if ((await oneOf(ground, "useradd", "adduser")) === "useradd") {
    const group = hasGroup ? ["--gid", API_USER] : ["--user-group"];
    const own = ["--home-dir", home, "--no-create-home", "--shell", shell, "--comment", COMMENT];
    return [["useradd", "--system", ...group, ...own, API_USER]];
  }
  const user = ["adduser", "-S", "-D", "-H", "-h", home, "-s", shell, "-G", API_USER, "-g", COMMENT, API_USER];
  return hasGroup ? [user] : [["addgroup", "-S", API_USER], user];
}

async function oneOf(ground: Ground, ...names: string[]): Promise<string> {
  for (const name of names) if ((await programAt(ground, name)) !== null) return name;
  throw new UpdateError("requires_unmet", `None of ${names.join(" and ")} is on this device. Install one of them.`);
}

async function succeed({ run }: Ground, argv: string[], signal: AbortSignal): Promise<void> {
  const result = await run(argv, { timeoutMs: WITHIN_MS, signal });
  if (result.code === 0) return;
  throw new UpdateError("not_writable", `${argv[0]} failed: ${lastWords(result, WITHIN_MS)}`);
}
