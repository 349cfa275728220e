import { type HistoryPage, historyPage } from "@pawl/device/update/history-page";
import {
  AutoBody,
  CheckBody,
  InstallBody,
  RollbackBody,
  SetChannelBody,
  SettingsBody,
  SkipBody,
  UpdateResult,
} from "@pawl/protocol";
import type { DeviceSchemas } from "../../data/device.ts";
import type { paths } from "../../data/device-api.ts";
import { type Answering, answering, type Calls, Events, Reply } from "../calls.ts";
import type { App } from "./app.ts";
import type { Begin } from "./begin.ts";
import { Choices } from "./choices.ts";
import { Owner } from "./owner.ts";
import { refuse } from "./refusal.ts";

type StreamEvent = DeviceSchemas["StreamEvent"];

const ok = { success: true } as const;
/** No stream is silent for longer, in milliseconds. */
const KEEPALIVE_MS = 5_000;

/** The calls of one app, as they are below `/api`. */
export type AppCalls = Calls<{
  [Path in keyof paths as Path extends `/api/update/${infer Call}` ? `/update/${Call}` : never]: paths[Path];
}>;

/** What answers to them. */
export function appCalls(app: App, begin: Begin): AppCalls {
  const owner = new Owner(app, begin);
  const choices = new Choices(app, owner);
  const status = () => ({ ...ok, ...app.status() });
  const checked = ({ message, isCached }: ReturnType<Owner["check"]>): DeviceSchemas["CheckAnswer"] =>
    isCached ? { ...status(), message } : { ...ok, message, state: app.status().state };
  const install: AppCalls["POST /update/install"] = ({ body }) => {
    const begun = owner.install(read(InstallBody, body));
    return { ...ok, ...begun, state: "installing" };
  };
  return {
    "GET /update/status": status,
    "GET /update/check": () => checked(owner.check({ force: false })),
    "POST /update/check": ({ body }) => checked(owner.check(read(CheckBody, body))),
    "POST /update/install": install,
    "POST /update/apply": install,
    "POST /update/rollback": ({ body }) => {
      const begun = owner.rollback(read(RollbackBody, body));
      return { ...ok, ...begun, state: "installing" };
    },
    "POST /update/cancel": () => ({ ...ok, ...owner.cancel() }),
    "POST /update/seen": () => ({ ...ok, last_result: choices.seen() }),
    "POST /update/skip": ({ body }) => ({ ...ok, skipped_version: choices.skip(read(SkipBody, body)) }),
    "POST /update/auto": ({ body }) => {
      const { enabled, time, install } = read(AutoBody, body);
      choices.change({ auto: { check: enabled, ...(time && { time }), ...(install !== undefined && { install }) } });
      return { ...ok, auto: app.status().auto };
    },
    "GET /update/settings": () => choices.settings(),
    "POST /update/settings": ({ body }) => {
      choices.change(read(SettingsBody, body));
      return choices.settings();
    },
    "GET /update/channels": () => channelsOf(app),
    "POST /update/set_channel": ({ body }) => {
      const { channel, force } = read(SetChannelBody, body);
      choices.follow(channel, { force });
      return { ...ok, channel, message: `Channel switched to '${channel}'. Run /api/update/check to verify.` };
    },
    "GET /update/changelog": ({ query }) => changelogOf(app, query),
    "GET /update/log": ({ query }) => ({ ...ok, lines: linesOf(app, query) }),
    "GET /update/history": ({ query }) => ({ ...ok, ...historyOf(app, query) }),
    "POST /update/ticket": () => ({ ...ok, ticket: "stand-in" }),
    "GET /update/progress": ({ headers, query }) => {
      const after = headers.get("last-event-id") ?? query.get("last_event_id") ?? "";
      if (app.feed.isEnd(after)) return new Reply(204, null);
      return new Events<StreamEvent>((signal) => progressOf(app, after, signal));
    },
  };
}

/** The same below an app's own path. */
export function answeringBelow(path: string, calls: AppCalls): Answering[] {
  const named = Object.entries(calls).map(([name, handle]) => [name.replace(" ", ` ${path}`), handle]);
  return answering(Object.fromEntries(named));
}

/** What of a schema is needed here. */
interface Schema<T> {
  safeParse(value: unknown): {
    data?: T;
    error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] };
  };
}

function read<T>(schema: Schema<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body);
  if (data !== undefined) return data;
  const [issue] = error?.issues ?? [];
  throw refuse("bad_request", `The field "${issue?.path.join(".")}" is wrong: ${issue?.message}.`);
}

function channelsOf(app: App): DeviceSchemas["ChannelsAnswer"] {
  const { channel } = app.chosen();
  const { source } = app;
  const warning = source.trouble && { warning: `${source.trouble.message} These are the channels known so far.` };
  return { ...ok, channels: source.channels, current_channel: channel, ...warning };
}

function changelogOf(app: App, query: URLSearchParams): DeviceSchemas["ChangelogAnswer"] {
  const update = query.get("update");
  return update === null ? newsOf(app, query) : broughtBy(app, update, query);
}

/** Of all that it went over it is told, as far as the channel still has it. */
function broughtBy(app: App, id: string, query: URLSearchParams): DeviceSchemas["ChangelogAnswer"] {
  const ended = app.history.find((outcome) => outcome.id === id);
  if (!ended) throw refuse("not_found", `No update ${id} has ended on this device.`);
  const { channel, from, to, kind } = ended;
  const offered = app.newest(channel);
  const isOffered = kind === "install" && offered?.release.version === to;
  const commits = isOffered ? offered.changes.slice(0, Number(query.get("max") ?? 40)) : [];
  return { ...ok, channel, installed: from, latest: to, commits };
}

function newsOf(app: App, query: URLSearchParams): DeviceSchemas["ChangelogAnswer"] {
  const channel = query.get("channel") ?? app.chosen().channel;
  const { trouble } = app.source;
  const installed = app.installed?.version ?? null;
  const offered = app.newest(channel);
  if (trouble && !offered) throw refuse(trouble.code, trouble.message);
  const isNew = offered?.release.version !== installed;
  return {
    ...ok,
    channel,
    installed,
    latest: offered?.release.version ?? null,
    commits: isNew ? (offered?.changes.slice(0, Number(query.get("max") ?? 40)) ?? []) : [],
    ...(trouble && { warning: `${trouble.message} This is what was known last.` }),
  };
}

function historyOf(app: App, query: URLSearchParams): HistoryPage {
  const results = UpdateResult.options.filter((result) => query.getAll("result").includes(result));
  return historyPage(app.history, {
    limit: Number(query.get("limit") ?? 100),
    cursor: query.get("cursor") || undefined,
    sort: query.get("sort") === "oldest" ? "oldest" : "newest",
    results: results.length > 0 ? results : undefined,
  });
}

function linesOf(app: App, query: URLSearchParams): DeviceSchemas["LogAnswer"]["lines"] {
  const lines = app.feed
    .log(query.get("id") ?? undefined)
    .flatMap(({ at, event }) => (event.type === "line" ? [{ at, level: event.level, line: event.line }] : []));
  return lines.slice(-Number(query.get("lines") ?? 50_000));
}

async function* progressOf(
  app: App,
  after: string,
  signal: AbortSignal,
): AsyncGenerator<{ id: string; data: StreamEvent }> {
  let id = after;
  yield { id, data: { type: "connected", message: "Connected to the progress stream" } };
  const items = app.feed.watch(after, signal);
  for (let next = items.next(); ; next = items.next()) {
    for (let told = await within(KEEPALIVE_MS, next); ; told = await within(KEEPALIVE_MS, next)) {
      if (told?.done) return;
      if (!told) yield { id, data: { type: "keepalive" } };
      else {
        id = told.value.id;
        yield { id, data: told.value.event };
        break;
      }
    }
  }
}

/** Null when it takes longer, in milliseconds. */
function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), ms);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
