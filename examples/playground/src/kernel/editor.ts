/**
 * The editor of kernels: CodeMirror, coloured by the page's own variables, with refusals at line and column.
 *
 * @module
 */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Where in the text something is wrong, and what. */
export interface Mark {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Of the piece that is marked. */
  readonly length: number;
  readonly message: string;
}

const theme = EditorView.theme({
  "&": { fontSize: "0.86rem", backgroundColor: "var(--card)", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--code)",
    fontVariantLigatures: "none",
    lineHeight: "1.55",
    minHeight: "13.5rem",
    maxHeight: "26rem",
  },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.6rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--card)", color: "var(--soft)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 8%, transparent)" },
  ".cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--accent) 25%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)",
  },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--line)" },
});

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool], color: "light-dark(#0b6e6e, #7fd6d0)" },
  { tag: [tags.keyword, tags.operatorKeyword], color: "light-dark(#8a2be2, #c9a0ff)" },
  { tag: [tags.definition(tags.variableName)], color: "light-dark(#1f4fa3, #8db8ff)" },
  { tag: [tags.propertyName], color: "light-dark(#9a4d00, #f2b774)" },
]);

export class KernelEditor {
  readonly #view: EditorView;
  #silent: boolean = false;

  /** @param onEdit - is told the text whenever the user has changed it */
  constructor(parent: HTMLElement, onEdit: (text: string) => void) {
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          javascript(),
          syntaxHighlighting(colours),
          theme,
          // The Tab key is not taken: it leads out of the editor, as it does everywhere.
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "The kernel: an arrow function of elements" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !this.#silent) onEdit(this.text);
          }),
        ],
      }),
    });
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** Shows another text. Nobody is told. */
  set text(text: string) {
    this.#silent = true;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
    this.#silent = false;
  }

  /** Marks what is wrong, or nothing. */
  mark(mark: Mark | null): void {
    this.#view.dispatch(setDiagnostics(this.#view.state, mark === null ? [] : [this.#diagnosticOf(mark)]));
  }

  #diagnosticOf({ line, column, length, message }: Mark): Diagnostic {
    const { doc } = this.#view.state;
    const start = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const from = Math.min(start.from + Math.max(column, 1) - 1, doc.length);
    return { from, to: Math.min(from + length, doc.length), severity: "error", message };
  }
}
