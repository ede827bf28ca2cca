/** `<call-lake-sql-editor>` (internal): the statement, in a plain text area until CodeMirror is there, or where it is not. */
import { css, html, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { SqlSchema } from "../../../api/contract.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import type { Editor } from "./codemirror.ts";

export interface Place {
  readonly line: number;
  readonly column: number;
}

export class SqlEditor extends SpeakingElement {
  static override styles = [
    ...shared,
    css`
      .inner {
        --sql-keyword: light-dark(#7a2e9d, #d3a2f2);
        --sql-string: light-dark(#0a6b4a, #6fcf9f);
        --sql-number: light-dark(#9a4a00, #f0a868);
        --sql-type: light-dark(#0b5c8f, #7cc4f2);
        container-type: normal;
        height: 200px;
        min-height: 96px;
        max-height: 70vh;
        resize: vertical;
        overflow: hidden;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius);
      }
      .inner:focus-within {
        border-color: var(--accent);
        box-shadow: 0 0 0 1px var(--accent);
      }
      .place {
        height: 100%;
        direction: ltr;
      }
      textarea {
        display: block;
        width: 100%;
        height: 100%;
        padding: 8px 12px;
        border: 0;
        outline: 0;
        resize: none;
        direction: ltr;
        color: var(--text);
        background: var(--bg);
        font: 13px/20px var(--mono);
      }
    `,
  ];

  /** What the page wants to stand there; what is typed is told by `sql-change`. */
  @property({ attribute: false }) value = "";
  @property({ attribute: false }) schema: SqlSchema | null = null;
  /** Where the statement is wrong. */
  @property({ attribute: false }) wrong: Place | null = null;
  @property() theme = "auto";

  @state() private editor: Editor | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => this.#open());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.editor?.destroy();
    this.editor = null;
  }

  async #open(): Promise<void> {
    let module: typeof import("./codemirror.ts");
    try {
      module = await import("./codemirror.ts");
    } catch {
      // An old chunk after an update of the host: the text area does as well.
      return;
    }
    const parent = this.renderRoot.querySelector<HTMLElement>(".place");
    if (!parent || this.editor || !this.isConnected || !(this.renderRoot instanceof ShadowRoot)) return;
    const typing = this.renderRoot.activeElement !== null;
    this.editor = module.makeEditor({
      parent,
      root: this.renderRoot,
      doc: this.value,
      label: words.sql.editor,
      changed: (doc) => this.#changed(doc),
      run: () => this.#run(),
    });
    if (this.schema) this.editor.setSchema(this.schema);
    if (typing) this.editor.focus();
  }

  override updated(changed: PropertyValues<this>): void {
    const { editor } = this;
    if (!editor) return;
    if (changed.has("value") && this.value !== editor.doc) editor.setDoc(this.value);
    if (changed.has("schema") && this.schema) editor.setSchema(this.schema);
    if (changed.has("wrong")) editor.mark(this.wrong);
  }

  override focus(): void {
    if (this.editor) this.editor.focus();
    else this.renderRoot.querySelector("textarea")?.focus();
  }

  /** Puts a text where the cursor is. */
  insert(text: string): void {
    this.editor?.insert(text);
    if (this.editor) return;
    const area = this.renderRoot.querySelector("textarea");
    if (!area) return;
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    this.#changed(area.value);
  }

  goTo(place: Place): void {
    if (this.editor) this.editor.goTo(place);
    else this.focus();
  }

  #changed(value: string): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent("sql-change", { detail: { value } }));
  }

  #run(): void {
    this.dispatchEvent(new CustomEvent("sql-run"));
  }

  override render(): TemplateResult {
    return html`<div class="root inner ${this.theme}"><div class="place" ?hidden=${!this.editor}></div>${this.editor ? null : this.#area()}</div>`;
  }

  #area() {
    return html`<textarea
      aria-label=${words.sql.editor}
      spellcheck="false"
      autocapitalize="off"
      .value=${this.value}
      @input=${(event: Event) => this.#changed((event.target as HTMLTextAreaElement).value)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        this.#run();
      }}
    ></textarea>`;
  }
}

define("call-lake-sql-editor", SqlEditor);
