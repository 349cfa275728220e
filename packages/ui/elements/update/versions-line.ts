import { css, html, nothing } from "lit";
import { ArrowRight, Check, LoaderCircle } from "lucide";
import type { AppStatus } from "../../data/live-app.ts";
import { isStale, type Standing } from "../../data/standing.ts";
import { icon } from "../../look/icon.ts";
import { timeAgo } from "../../look/time-ago.ts";
import { dialogWords } from "../../words/dialog.ts";
import { aboutDuration, size } from "../../words/format.ts";

const words = dialogWords.overview;

/** `2.3.1 → 2.4.0`; alone where there is nothing else to go to. */
export function versionsLine(status: AppStatus, standing: Standing, isNews: boolean) {
  const { current_version: current, latest_version: latest, current_commit: from, release } = status;
  // Of one version there may be several commits: then they tell the two apart.
  const isSame = current === latest && isNews;
  const installed =
    current === null
      ? html`<span class="quiet">${words.nothingInstalled}</span>`
      : version(current, isSame ? from : null);
  const next =
    isNews && latest !== null
      ? html`${icon(ArrowRight)} <span class="visually-hidden">${words.latest}: </span>
          <strong>${version(latest, isSame ? (release?.commit ?? null) : null)}</strong>`
      : status.state === "checking"
        ? html`<span class="row quiet"><span class="turning">${icon(LoaderCircle)}</span> ${words.checking}</span>`
        : isUpToDate(status, standing)
          ? html`<span class="row quiet">${icon(Check)} ${words.upToDate}</span>`
          : nothing;
  return html`<p class="versions"><span class="visually-hidden">${words.installed}: </span>${installed} ${next}</p>`;
}

export const versionsLook = css`
  .versions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 12px;
    max-width: none;
    font-size: 24px;
    line-height: 1.3;
    font-variant-numeric: tabular-nums;
  }
  .versions svg {
    flex: none;
    color: var(--text-quiet);
  }
  .versions strong {
    font-weight: 650;
  }
  .versions .quiet {
    font-size: 16px;
  }
`;

/** `Published 2 days ago · 14.2 MB · about 1 minute` */
export function releaseFacts(release: NonNullable<AppStatus["release"]>) {
  const { published_at: published, size_bytes: bytes, seconds_expected: seconds } = release;
  const known = [
    published === null ? null : timeAgo(published, { say: words.published, focusable: true }),
    bytes === null ? null : size(bytes),
    seconds === null ? null : aboutDuration(seconds),
  ].filter((fact) => fact !== null);
  if (known.length === 0) return nothing;
  return html`<p class="quiet small numbers">${known.map((fact, at) => html`${at > 0 ? " · " : ""}${fact}`)}</p>`;
}

/** Only what was asked lately, and without trouble, can be said. */
function isUpToDate(
  { failure, last_checked: checked, current_version: current }: AppStatus,
  standing: Standing,
): boolean {
  return standing === "current" && current !== null && failure === null && !isStale(checked, Date.now());
}

function version(name: string, commit: string | null) {
  return html`<span>${name}${commit ? html` <span class="mono quiet">${commit.slice(0, 7)}</span>` : nothing}</span>`;
}
