import { html, LitElement, nothing } from "lit";
import { Undo2 } from "lucide";
import { canGoBack } from "../../data/can.ts";
import { lastBackupAt } from "../../data/last-backup.ts";
import type { AppView, LiveApp } from "../../data/live-app.ts";
import { icon } from "../../look/icon.ts";
import { partLook } from "../../look/part.ts";
import { timeAgo } from "../../look/time-ago.ts";
import { dialogWords } from "../../words/dialog.ts";
import { LastingLoad } from "../lasting-load.ts";
import { act } from "./act.ts";
import type { Asked } from "./acting.ts";
import "./pawl-update-trouble.ts";
import { pressable, whyNot } from "./pressable.ts";

const words = dialogWords.back;

/** Back to the release before: what that does is said before it can be pressed. */
export class PawlWayBack extends LitElement {
  static override properties = {
    app: { attribute: false },
    view: { attribute: false },
    asked: { attribute: false },
  };
  declare app: LiveApp;
  declare view: AppView;
  declare asked: Asked;

  readonly #madeAt = new LastingLoad(
    this,
    ([app, version], signal) => lastBackupAt(app.client, version, signal),
    () => {
      const { backup_version: version = null, update_id: id } = this.view.status ?? {};
      return version === null ? null : ([this.app, version, id] as const);
    },
  );

  static override styles = partLook;

  override render() {
    const { status } = this.view;
    if (status === null) return nothing;
    const { backup_version: back, current_version: current } = status;
    if (back === null) return html`<p class="quiet small">${words.none}</p>`;
    const can = canGoBack(this.view);
    const pending = this.asked.pending?.type === "rollback";
    const press = () => act(this, { type: "rollback", version: back });
    const madeAt = this.#madeAt.value ?? null;
    return html`<p class="quiet small">
      ${words.lastBackup(back)}${madeAt === null ? nothing : html` · ${timeAgo(madeAt, { focusable: true })}`}
    </p>
    <details>
      <summary>${words.title(back)}</summary>
      <div class="stack">
        <p>
          ${words.whatHappens(back, current)} ${words.howLong} ${current === null ? nothing : words.forward(current)}
        </p>
        <div class="row">
          ${pressable({ can, label: html`${icon(Undo2)} ${words.title(back)}`, press, pending })} ${whyNot(can)}
        </div>
        <pawl-update-trouble .asked=${this.asked} .view=${this.view} .of=${["rollback"]}></pawl-update-trouble>
      </div>
    </details>`;
  }
}

customElements.define("pawl-way-back", PawlWayBack);
