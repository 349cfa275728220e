import { textAt } from "./ground.ts";
import type { Ground } from "./types.ts";

/** A line of passwd(5). */
export interface Account {
  uid: number;
  gid: number;
  /** For people: whose it is. */
  comment: string;
  home: string;
  shell: string;
}

/** The accounts of a device, by its own files. */
export class Accounts {
  readonly #users: string[][];
  readonly #groups: string[][];

  constructor(passwd: string, group: string) {
    this.#users = rows(passwd);
    this.#groups = rows(group);
  }

  static async of(ground: Pick<Ground, "root">): Promise<Accounts> {
    return new Accounts(await textAt(ground, "/etc/passwd"), await textAt(ground, "/etc/group"));
  }

  user(name: string): Account | null {
    const row = this.#users.find(([one]) => one === name);
    if (!row) return null;
    const [, , uid, gid, comment = "", home = "", shell = ""] = row;
    return { uid: Number(uid), gid: Number(gid), comment, home, shell };
  }

  groupId(name: string): number | null {
    const row = this.#groups.find(([one]) => one === name);
    return row ? Number(row[2]) : null;
  }

  /** Whether anybody but root is in a group: then what the group may write isn't root's alone. */
  hasMembers(gid: number): boolean {
    if (this.#users.some(([name, , , own]) => name !== "root" && own === String(gid))) return true;
    const members = this.#groups.find(([, , number]) => number === String(gid))?.[3] ?? "";
    return members.split(",").some((name) => name !== "" && name !== "root");
  }
}

function rows(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}
