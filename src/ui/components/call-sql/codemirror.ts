/** CodeMirror as the statement's editor: the lazy chunk. Its styles are constructed sheets, which a strict CSP allows. */
import { autocompletion, closeBrackets, completeFromList, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { PostgreSQL, SQLDialect, sql } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { SqlSchema } from "../../../api/contract.ts";

/** What a SELECT of DuckDB is written with; statements of other kinds are refused anyway. */
const KEYWORDS = `all and anti any array as asc asof between by case cast collate cross current desc describe distinct else
  end escape except exclude exists false filter first following for from full group grouping having ilike in inner
  intersect interval into is join lambda last lateral left like limit natural not null nulls offset on or order outer
  over partition pivot positional preceding qualify range recursive replace respect right rollup row rows sample select
  semi sets similar some struct summarize table tablesample then to true try_cast unbounded union unnest unpivot using
  values when where window with within year month week day hour minute second`;
const TYPES = `bigint bit blob boolean date decimal double float hugeint integer interval json map smallint struct text time
  timestamp timestamptz tinyint ubigint uhugeint uinteger usmallint utinyint uuid varchar`;

const dialect = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: KEYWORDS,
  types: TYPES,
  builtin: "",
  caseInsensitiveIdentifiers: true,
});

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--sql-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--sql-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--sql-number)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--sql-type)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--bg)", fontSize: "13px", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--muted)", border: "0" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "12px", maxHeight: "240px" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "2px 8px", lineHeight: "20px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--bg)" },
  ".cm-completionDetail": { color: "inherit", fontStyle: "normal" },
  ".cm-completionInfo": { padding: "8px 12px", maxWidth: "320px", fontSize: "12px" },
  ".cm-wrong": {
    textDecoration: "underline wavy var(--outcome-error)",
    backgroundColor: "color-mix(in srgb, var(--outcome-error) 14%, transparent)",
  },
});

const setWrong = StateEffect.define<number | null>();
/** The place of an error, until something is typed. */
const wrong = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setWrong)) continue;
      if (effect.value === null) return Decoration.none;
      const { length } = transaction.newDoc;
      const from = Math.min(effect.value, Math.max(length - 1, 0));
      const word = /^[\w.]+/.exec(transaction.newDoc.sliceString(from, from + 80))?.[0] ?? "";
      const to = Math.min(from + Math.max(word.length, 1), length);
      return to > from ? Decoration.set([Decoration.mark({ class: "cm-wrong" }).range(from, to)]) : Decoration.none;
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly root: ShadowRoot;
  readonly doc: string;
  readonly label: string;
  readonly changed: (doc: string) => void;
  readonly run: () => void;
}

export interface Editor {
  readonly doc: string;
  setDoc(doc: string): void;
  setSchema(schema: SqlSchema): void;
  insert(text: string): void;
  focus(): void;
  /** Marks the place of an error; null takes the mark away. Line and column from 1. */
  mark(place: { line: number; column: number } | null): void;
  goTo(place: { line: number; column: number }): void;
  destroy(): void;
}

/** Makes the editor in `parent`. */
export function makeEditor({ parent, root, doc, label, changed, run }: EditorOptions): Editor {
  const language = new Compartment();
  const view = new EditorView({
    parent,
    root,
    doc,
    extensions: [
      Prec.highest(keymap.of([{ key: "Mod-Enter", run: handled(run) }])),
      lineNumbers(),
      history(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      // Tab leaves the editor, as everywhere on a page; completions are taken by Enter.
      autocompletion({ icons: false }),
      keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
      language.of(sql({ dialect })),
      syntaxHighlighting(colors),
      wrong,
      look,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, dir: "ltr" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed(update.state.doc.toString());
      }),
    ],
  });
  const at = ({ line, column }: { line: number; column: number }) => {
    const known = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
    return Math.min(known.from + column - 1, known.to);
  };
  return {
    get doc() {
      return view.state.doc.toString();
    },
    setDoc: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    setSchema: (schema) => view.dispatch({ effects: language.reconfigure(withSchema(schema)) }),
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    focus: () => view.focus(),
    mark: (place) => view.dispatch({ effects: setWrong.of(place && at(place)) }),
    goTo: (place) => {
      view.dispatch({ selection: { anchor: at(place) }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

/** A command that is done with the key. */
function handled(run: () => void): () => boolean {
  return () => {
    run();
    return true;
  };
}

/** Completion of views and columns (with types and what they are), and of the functions that may be called. */
function withSchema({ views, functions }: SqlSchema): Extension {
  const tables = views.map(({ name, doc, columns }) => ({
    self: { label: name, type: "table", info: doc },
    children: columns.map((column) => ({
      label: column.name,
      type: "property",
      detail: column.type.length > 24 ? `${column.type.slice(0, 23)}…` : column.type,
      info: column.doc,
    })),
  }));
  const support = sql({ dialect, schema: Object.fromEntries(tables.map((table) => [table.self.label, table])) });
  // Columns without a table before them: nearly every statement is about calls.
  const columns = new Map(tables.flatMap((table) => table.children.map((child) => [child.label, child])));
  const calls = functions.map((name) => ({ label: name, type: "function", apply: `${name}(`, boost: -10 }));
  return [support, support.language.data.of({ autocomplete: completeFromList([...columns.values(), ...calls]) })];
}
