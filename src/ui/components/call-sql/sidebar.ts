/** Beside the editor: saved queries, examples, and the tables with their columns. */
import { html, nothing, type TemplateResult } from "lit";
import type { SqlSchema } from "../../../api/contract.ts";
import { words } from "../../words.ts";
import { icon } from "../parts.ts";
import type { Example } from "./examples.ts";
import type { SavedQuery } from "./saved.ts";

export interface Sidebar {
  readonly saved: readonly SavedQuery[];
  readonly examples: readonly Example[];
  readonly schema: SqlSchema | "failed" | null;
  /** Puts a statement into the editor and carries it out. */
  readonly show: (sql: string) => void;
  readonly remove: (name: string) => void;
  readonly insert: (text: string) => void;
}

export function sidebar({ saved, examples, schema, show, remove, insert }: Sidebar): TemplateResult {
  const w = words.sql;
  return html`<div class="side">
    <details open>
      <summary>${w.saved}</summary>
      ${saved.length === 0 ? html`<p class="muted">${w.noneSaved}</p>` : nothing}
      <ul>
        ${saved.map(
          ({ name, sql }) =>
            html`<li class="kept">
              <button class="pick" type="button" title=${sql} @click=${() => show(sql)}><bdi>${name}</bdi></button>
              <button class="button plain" type="button" aria-label=${w.remove(name)} @click=${() => remove(name)}>
                ${icon("close")}
              </button>
            </li>`,
        )}
      </ul>
    </details>
    <details open>
      <summary>${w.examples}</summary>
      <ul>
        ${examples.map(
          ({ name, sql }) =>
            html`<li><button class="pick" type="button" @click=${() => show(sql)}>${w.exampleNames[name]}</button></li>`,
        )}
      </ul>
    </details>
    <details open>
      <summary>${w.tables}</summary>
      ${schema === "failed" ? html`<p class="muted">${w.schemaFailed}</p>` : nothing}
      ${typeof schema === "object" && schema ? schema.views.map((view) => viewOf(view, insert)) : nothing}
    </details>
  </div>`;
}

function viewOf({ name, doc, columns }: SqlSchema["views"][number], insert: (text: string) => void): TemplateResult {
  const w = words.sql;
  return html`<details class="view">
    <summary title=${doc}><span class="mono" dir="ltr">${name}</span></summary>
    <ul>
      ${columns.map(
        (column) =>
          html`<li>
            <button
              class="pick column"
              type="button"
              title="${column.doc} ${column.type}"
              aria-label="${w.insert(column.name)}${column.hidden ? `, ${w.hidden}` : ""}"
              @click=${() => insert(column.name)}
            >
              <span class="mono" dir="ltr">${column.name}</span>
              ${column.hidden ? icon("lock") : html`<span class="type" dir="ltr">${short(column.type)}</span>`}
            </button>
          </li>`,
      )}
    </ul>
  </details>`;
}

/** A type in the width that is left. */
function short(type: string): string {
  if (type.startsWith("STRUCT")) return type.endsWith("[]") ? "STRUCT[]" : "STRUCT";
  return type.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ");
}
