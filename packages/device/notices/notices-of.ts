import type { NoticeEvent, Outcome, Release, Status } from "@pawl/protocol";
import { unreachable } from "../update/unreachable.ts";
import type { Notice } from "./notice.ts";

/** What notices are made of, read fresh. */
export interface Facts {
  app: { name: string; title: string };
  status: Pick<Status, "has_update" | "current_version" | "channel" | "release">;
  /** The newest release as the last check saw it. */
  release: Pick<Release, "version" | "commit" | "manifest_sha256" | "bundle_id" | "published_at"> | null;
  /** The update that ended last. */
  last: Outcome | null;
  now: Date;
}

/** Everything there is to tell by now, whether it was told before or not: that is what the keys are for. Pure. */
export function noticesOf(facts: Facts): Notice[] {
  return [...available(facts), ...ended(facts)];
}

function available({ app, status, release, now }: Facts): Notice[] {
  const { has_update, release: offered, current_version: from, channel } = status;
  if (!has_update || !offered) return [];
  const { version, notes_url } = offered;
  const installed = from === null ? "" : ` Installed is ${from}.`;
  return [
    {
      key: `available:${version}:${identity(release, version) ?? offered.published_at ?? ""}`,
      event: "available",
      at: now.toISOString(),
      app: app.name,
      title: app.title,
      text: `${app.title} ${version} is available.${installed}`,
      version,
      from,
      update_id: null,
      channel,
      result: null,
      failure: null,
      notes_url,
    },
  ];
}

/** A release published again under the same version is another one, and told again. */
function identity(release: Facts["release"], version: string): string | null {
  return release?.version === version ? (release.commit ?? release.manifest_sha256 ?? release.bundle_id) : null;
}

function ended({ app, status, last }: Facts): Notice[] {
  const event = last && eventOf(last);
  if (!last || !event) return [];
  return [
    {
      key: `${last.id}:${event}`,
      event,
      at: last.finished_at,
      app: app.name,
      title: app.title,
      text: wordsOf(last, event, app.title),
      version: last.to,
      from: last.from,
      update_id: last.id,
      channel: last.channel,
      result: last.result,
      failure: last.failure,
      notes_url: status.release?.version === last.to ? status.release.notes_url : null,
    },
  ];
}

/** What the end of an update is told as; null: that is nobody's news. */
function eventOf({ kind, result }: Outcome): Exclude<NoticeEvent, "available"> | null {
  if (kind === "adopt") return null;
  switch (result) {
    case "success":
      return kind === "rollback" ? "rolled_back" : "updated";
    case "rolled_back":
    case "undone":
      return "rolled_back";
    case "failed":
      return "failed";
    case "cancelled":
      return null;
    default:
      return unreachable(result);
  }
}

function wordsOf({ result, from, to, failure }: Outcome, event: NoticeEvent, title: string): string {
  const before = from === null || from === to ? "" : ` Before, it was ${from}.`;
  if (event === "updated") return `${title} was updated to ${to}.${before}`;
  if (result === "success") return `${title} went back to ${to}.${before}`;
  const why = failure ? ` ${failure.message}` : "";
  return `The update of ${title}${to === null ? "" : ` to ${to}`} did not work.${why}`;
}
