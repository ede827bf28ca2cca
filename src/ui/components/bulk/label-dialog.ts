/** `<call-lake-label>` (internal, lazy): labels for many calls, or away from them. */
import { html, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { words } from "../../words.ts";
import { define } from "../base.ts";
import { BulkDialog } from "./bulk-dialog.ts";
import { label, labelsLike } from "./requests.ts";

/** What the server takes at a time, since each label is a revision of a whole record. */
const CALLS_MAX = 10_000;

export class LabelDialog extends BulkDialog {
  @state() private known: readonly string[] = [];
  @state() private hint = "";

  override firstUpdated(): void {
    super.firstUpdated();
    void this.#complete();
  }

  /** The labels there are, to choose from. Without them one types. */
  async #complete(): Promise<void> {
    const answer = await labelsLike(this.server, "", this.requests.next());
    if (answer.state === "ok") this.known = answer.value.values.flatMap(({ value }) => value ?? []);
  }

  protected override heading(): string {
    return words.bulk.labelTitle(this.calls(this.target.count));
  }

  protected override body(): TemplateResult {
    const w = words.bulk;
    const many = (this.target.count ?? 0) > CALLS_MAX;
    return html`<form @submit=${this.#apply}>
      ${this.#labels("add", w.add)} ${this.#labels("remove", w.remove)}
      <p class="muted">${w.labelHint}</p>
      <datalist id="known">${this.known.map((one) => html`<option value=${one}></option>`)}</datalist>
      <p role="alert">${many ? w.labelMany(this.formats.integer(CALLS_MAX)) : this.hint}</p>
      ${this.ends(w.apply, many)}
    </form>`;
  }

  #labels(name: string, text: string): TemplateResult {
    return html`<label class="column"
      >${text}<input class="field" name=${name} list="known" maxlength="500" autocomplete="off" dir="auto" ?autofocus=${name === "add"}
    /></label>`;
  }

  async #apply(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const form = new FormData(event.target as HTMLFormElement);
    const listed = (name: string) =>
      String(form.get(name) ?? "")
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean);
    const change = { add: listed("add"), remove: listed("remove") };
    this.hint = change.add.length + change.remove.length === 0 ? words.bulk.nothingNamed : "";
    if (this.hint) return;
    this.busy = true;
    const answer = await label(this.server, this.target, change, this.requests.next());
    this.busy = false;
    this.error = answer.state === "error" ? answer.error : null;
    if (answer.state === "ok") this.done(words.bulk.labelled(this.calls(answer.value.labelled)), false);
  }
}

define("call-lake-label", LabelDialog);
