/** `<call-lake-export>` (internal, lazy): a file of many calls: its format, its columns. */
import { html, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { words } from "../../words.ts";
import { define } from "../base.ts";
import { BulkDialog } from "./bulk-dialog.ts";
import { fileUrl, readFile } from "./requests.ts";

const FORMATS = ["csv", "json", "ndjson", "parquet"] as const;

export class ExportDialog extends BulkDialog {
  /** The record's columns that the table shows. */
  @property({ attribute: false }) shown: readonly string[] = [];

  @state() private format: (typeof FORMATS)[number] = "csv";
  @state() private all = false;

  protected override heading(): string {
    return words.bulk.exportTitle(this.calls(this.target.count));
  }

  protected override body(): TemplateResult {
    const w = words.bulk;
    return html`<form @submit=${this.#download}>
      <fieldset>
        <legend>${w.format}</legend>
        ${FORMATS.map((format) =>
          this.#choice("format", w.formats[format], this.format === format, () => {
            this.format = format;
          }),
        )}
      </fieldset>
      <fieldset>
        <legend>${w.which}</legend>
        ${this.#choice("which", w.shownColumns, !this.all, () => {
          this.all = false;
        })}
        ${this.#choice("which", w.allColumns, this.all, () => {
          this.all = true;
        })}
      </fieldset>
      ${this.ends(w.download, false)}
    </form>`;
  }

  #choice(name: string, label: string, on: boolean, choose: () => void): TemplateResult {
    return html`<label class="choice"
      ><input type="radio" name=${name} .checked=${on} @change=${choose} />${label}</label
    >`;
  }

  async #download(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const choice = { format: this.format, ...(this.all ? {} : { columns: this.shown }) };
    const link = fileUrl(this.server, this.target, choice);
    if (link !== null) {
      save(link, `calls.${this.format}`);
      this.close();
      return;
    }
    this.busy = true;
    const seen = (bytes: number, total: number | null) => {
      this.progress = words.bulk.receiving(this.calls(total), this.formats.megabytes(bytes));
    };
    const answer = await readFile(this.server, this.target, choice, seen, this.requests.next());
    this.busy = false;
    this.progress = "";
    this.error = answer.state === "error" ? answer.error : null;
    if (answer.state !== "ok") return;
    const url = URL.createObjectURL(answer.value.blob);
    save(url, answer.value.filename);
    // The browser has taken the bytes by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    this.close();
  }
}

function save(href: string, name: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
}

define("call-lake-export", ExportDialog);
