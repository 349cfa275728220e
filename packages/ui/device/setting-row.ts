import { html, nothing, type TemplateResult } from "lit";
import { Check } from "lucide";
import type { Can } from "../data/can.ts";
import { pressable } from "../elements/update/pressable.ts";
import { icon } from "../look/icon.ts";
import { deviceWords } from "../words/device.ts";
import { dialogWords } from "../words/dialog.ts";
import type { Changed, Own } from "./changing.ts";

const words = deviceWords.settings;

interface SettingRow {
  of: Own;
  title: string;
  /** What it means. */
  about: string | TemplateResult;
  /** What one chooses with; labelled by `of`, described by `<of>-about`. */
  choice: TemplateResult;
  /** What is to be said before it is done. */
  below?: TemplateResult | undefined;
  outcome: Changed;
  /** Back to pawl.yaml; null: it is as that says. */
  reset: (() => void) | null;
  /** Whether it can be chosen now; else why not. */
  can: Can;
  isSaving: boolean;
}

/** A setting with what it means, and the way back to what pawl.yaml says. */
export function settingRow({ of, title, about, choice, below, outcome, reset, can, isSaving }: SettingRow) {
  const label = html`<span aria-hidden="true">${words.reset}</span>
    <span class="visually-hidden">${words.resetOf(title)}</span>`;
  return html`<div class="setting">
    <div>
      <h3 id=${of}>${title}</h3>
      <p class="quiet" id="${of}-about">${about}</p>
      ${
        reset === null
          ? nothing
          : html`<p class="row small quiet">
              ${words.own} ${pressable({ can, label, press: reset, quiet: true, pending: isSaving })}
            </p>`
      }
    </div>
    <div class="choice">${choice} ${can === true ? nothing : html`<p class="quiet small">${dialogWords.reasons[can]}.</p>`}
      ${outcomeWords(outcome)}</div>
    ${below === undefined ? nothing : html`<div class="below">${below}</div>`}
  </div>`;
}

/** What has become of the last change, beside what was changed. */
export function outcomeWords(changed: Changed) {
  if (typeof changed === "object" && changed !== null) {
    return html`<p class="danger small" role="alert">${changed.failed}</p>`;
  }
  const saved = html`<span class="saved quiet small">${icon(Check, 16)} ${words.saved}</span>`;
  const saving = html`<span class="saving quiet small">${words.saving}</span>`;
  return html`<span role="status">${changed === "saved" ? saved : changed === "saving" ? saving : nothing}</span>`;
}
