/**
 * What is wrong with a kernel: shown below the editor, and marked in it.
 *
 * @module
 */
import { KernelError, KernelSyntaxError, NotImplementedError, ValueError } from "instride";
import { byId, newElement } from "../elements.ts";
import type { KernelEditor } from "./editor.ts";
import { FilterError } from "./filter.ts";

/** Whether an error is about the kernel, so that another one may do. Others are about threads or memory. */
export function isAboutKernel(error: unknown): boolean {
  const kinds = [KernelSyntaxError, KernelError, FilterError, ValueError, TypeError, NotImplementedError];
  return kinds.some((kind) => error instanceof kind);
}

/** Shows why a kernel isn't run; null when it is. */
export function showRefusal(editor: KernelEditor, error: unknown): void {
  const box = byId("refusal", HTMLElement);
  box.hidden = error === null;
  box.replaceChildren();
  editor.mark(null);
  if (error === null) return;
  const refusal = error instanceof KernelSyntaxError ? error.refusal : null;
  if (refusal === null) {
    const name = error instanceof Error ? error.name : "Error";
    box.append(paragraph(name, causeText(error)));
    return;
  }
  const { line, column, piece, reason, wayOut } = refusal;
  box.append(
    paragraph(`Line ${line}, column ${column}`, `${JSON.stringify(piece)}: ${reason}.`),
    paragraph("The way out", `${wayOut}.`),
  );
  // A long piece is cut, and ends with dots then.
  const length = Math.max(1, piece.replace(/…$/, "").split("\n", 1)[0]!.length);
  editor.mark({ line, column, length, message: `${reason}; ${wayOut}` });
}

function paragraph(head: string, text: string): HTMLElement {
  const made = newElement("p", "");
  made.append(newElement("strong", `${head}: `), text);
  return made;
}

/** The message, and that of what caused it, where it says more. */
function causeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, message } = error;
  return cause instanceof Error && !message.includes(cause.message) ? `${message}: ${cause.message}` : message;
}
