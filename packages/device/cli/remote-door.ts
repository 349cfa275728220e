import type {
  ChangelogAnswer,
  ChannelsAnswer,
  CheckAnswer,
  HistoryAnswer,
  LogAnswer,
  SeenAnswer,
  SettingsAnswer,
  SkipAnswer,
  StartedAnswer,
  Status,
} from "@pawl/protocol";
import type { DaemonClient } from "./daemon-client.ts";
import type { Door } from "./door.ts";
import { followRemote } from "./follow-remote.ts";
import { untilChecked } from "./until-checked.ts";

/** The daemon of this device. `signal` ends every wait for it. */
export function remoteDoor(
  client: DaemonClient,
  { name, title, isOlder }: Pick<Door, "title" | "isOlder"> & { name: string },
  signal: AbortSignal,
): Door {
  const base = `/api/apps/${name}/update`;
  const get = <T>(path: string, query: Record<string, string | number | undefined> = {}) => {
    const given = Object.entries(query).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, String(value)]],
    );
    return client.call<T>(
      "GET",
      given.length > 0 ? `${base}/${path}?${new URLSearchParams(given)}` : `${base}/${path}`,
    );
  };
  const post = <T>(path: string, body?: object) => client.call<T>("POST", `${base}/${path}`, body);
  const status = () => get<Status>("status");
  return {
    title,
    isOlder,
    endsWithUs: false,
    status,
    check: async (ask) => {
      const answer = await post<CheckAnswer>("check", ask);
      // Only an answer that was there already comes with the whole status (contract device-api.md §1, `check`).
      const cached = answer.last_checked !== undefined;
      return { status: await untilChecked(status, signal), cached };
    },
    install: ({ force, version }) =>
      post<StartedAnswer>("install", version === undefined ? { force } : { force, version }),
    rollback: (ask) => post<StartedAnswer>("rollback", ask),
    cancel: () => post<{ message: string }>("cancel"),
    settings: () => get<SettingsAnswer>("settings"),
    changeSettings: (changes) => post<SettingsAnswer>("settings", changes),
    skip: async (ask) => (await post<SkipAnswer>("skip", ask)).skipped_version,
    seen: async () => (await post<SeenAnswer>("seen")).last_result,
    channels: () => get<ChannelsAnswer>("channels"),
    setChannel: async (ask) => void (await post("set_channel", ask)),
    changelog: (ask) => get<ChangelogAnswer>("changelog", ask),
    follow: (updateId, leave, onAway) => followRemote(client, `${base}/progress`, { updateId, onAway }, leave),
    log: async (ask) => (await get<LogAnswer>("log", ask)).lines,
    history: async (limit) => (await get<HistoryAnswer>("history", { limit })).updates,
    close: async () => {},
  };
}
