/** The list's dialogs, a chunk that is loaded when the first one is opened. */
import "../../words/dialogs.ts";
import { html, type TemplateResult } from "lit";
import type { Server } from "../../data.ts";
import type { Formats } from "../../format.ts";
import type { Preferences } from "../../storage.ts";
import "../bulk/delete-dialog.ts";
import "../bulk/export-dialog.ts";
import "../bulk/label-dialog.ts";
import type { Target } from "../bulk/requests.ts";
import "../columns-dialog/columns-dialog.ts";
import "../help/help.ts";
import type { Dialog } from "./above.ts";
import { columnsOf } from "./columns.ts";

export interface Given {
  readonly locale: string;
  readonly formats: Formats;
  readonly theme: string;
  readonly server: Server;
  readonly preferences: Preferences;
  readonly target: Target;
  readonly prefer: (change: { readonly [K in keyof Preferences]?: Preferences[K] | undefined }) => void;
  /** `said` tells what was done; `gone`: calls are no more. */
  readonly done: (result: { readonly said: string; readonly gone: boolean }) => void;
  readonly close: () => void;
}

type Choice = { readonly columns: readonly string[] | undefined; readonly widths: Preferences["widths"] };

export function dialogOf(dialog: Dialog, given: Given): TemplateResult {
  const { locale, formats, theme, server, preferences, target, prefer, close } = given;
  const done = (event: CustomEvent<{ said: string; gone: boolean }>) => given.done(event.detail);
  switch (dialog) {
    case "help":
      return html`<call-lake-help
        .locale=${locale}
        .formats=${formats}
        .theme=${theme}
        .shortcuts=${preferences.shortcuts ?? true}
        @shortcuts-change=${(event: CustomEvent<{ on: boolean }>) => prefer({ shortcuts: event.detail.on })}
        @dialog-close=${close}
      ></call-lake-help>`;
    case "columns":
      return html`<call-lake-columns
        .locale=${locale}
        .formats=${formats}
        .theme=${theme}
        .columns=${preferences.columns}
        .widths=${preferences.widths ?? {}}
        @columns-change=${(event: CustomEvent<Choice>) => prefer(event.detail)}
        @dialog-close=${close}
      ></call-lake-columns>`;
    case "export":
      return html`<call-lake-export
        .locale=${locale}
        .formats=${formats}
        .theme=${theme}
        .server=${server}
        .target=${target}
        .shown=${["id", ...columnsOf(preferences.columns).flatMap((column) => column.fields)]}
        @dialog-close=${close}
      ></call-lake-export>`;
    case "label":
      return html`<call-lake-label
        .locale=${locale}
        .formats=${formats}
        .theme=${theme}
        .server=${server}
        .target=${target}
        @dialog-close=${close}
        @bulk-done=${done}
      ></call-lake-label>`;
    case "delete":
      return html`<call-lake-delete
        .locale=${locale}
        .formats=${formats}
        .theme=${theme}
        .server=${server}
        .target=${target}
        @dialog-close=${close}
        @bulk-done=${done}
      ></call-lake-delete>`;
  }
}
