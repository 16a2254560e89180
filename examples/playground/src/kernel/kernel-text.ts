/**
 * What the page has to know of a kernel's text before it is compiled: its elements, and what it takes by name.
 *
 * Whether the text makes sense is for instride to say: what can't be read here is left as it is.
 *
 * @module
 */
import { javascriptLanguage } from "@codemirror/lang-javascript";

type SyntaxNode = ReturnType<typeof javascriptLanguage.parser.parse>["topNode"];

/** A number that the kernel takes by name: a slider of the page. */
export interface Slider {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly value: number;
}

/** What a kernel's text says of what it is called with. */
export interface KernelText {
  readonly text: string;
  /** The names of its elements, in order. */
  readonly elements: readonly string[];
  /** Everything that it takes by name. */
  readonly names: ReadonlySet<string>;
  /** Those of them that are up to the user. */
  readonly sliders: readonly Slider[];
  /** Where its parameters are: from the first, or its parenthesis, to behind the last. */
  readonly parameters: Stretch;
  /** Where elements are asked for their neighbours, `x.at(`: from the name to behind the parenthesis. */
  readonly neighbours: readonly Neighbour[];
}

/** A part of a text. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** `x.at(`, in a text. */
interface Neighbour extends Stretch {
  readonly element: string;
}

/** What the page gives to kernels that name it. */
export const GIVEN_NAMES: ReadonlySet<string> = new Set(["index", "clamp", "height", "width", "time"]);

/** Reads what a kernel's text says of its parameters. */
export function readKernelText(text: string): KernelText {
  let list: SyntaxNode | null = null;
  const neighbours: Neighbour[] = [];
  javascriptLanguage.parser.parse(text).iterate({
    enter: ({ name, node }) => {
      if (name === "ParamList") list ??= node;
      if (name !== "CallExpression") return;
      const [callee, args] = childrenOf(node);
      const [object, , property] = callee?.name === "MemberExpression" ? childrenOf(callee) : [];
      if (object?.name !== "VariableName" || textOf(property, text) !== "at" || args?.name !== "ArgList") return;
      neighbours.push({ element: textOf(object, text), from: node.from, to: args.from + 1 });
    },
  });
  // Assigned in a callback, where the compiler doesn't see it.
  const parameterList = list as SyntaxNode | null;
  const parameters = parameterList === null ? [] : childrenOf(parameterList);
  const elements = parameters.filter(({ name }) => name === "VariableDefinition").map((node) => textOf(node, text));
  const properties = namedParameters(parameters.at(-1), text);
  return {
    text,
    elements,
    names: new Set(properties.map(({ name }) => name)),
    sliders: properties.filter(({ name }) => !GIVEN_NAMES.has(name)).map(sliderOf),
    parameters: parameterList ?? { from: 0, to: 0 },
    neighbours: neighbours.filter(({ element }) => elements.includes(element)),
  };
}

/** A name in the braces, what stands for it by default, and the comment behind it. */
interface NamedParameter {
  readonly name: string;
  readonly byDefault: string;
  readonly comment: string;
}

function namedParameters(last: SyntaxNode | undefined, text: string): NamedParameter[] {
  const braces = last?.name === ")" ? last.prevSibling : last;
  if (braces?.name !== "ObjectPattern") return [];
  const found: NamedParameter[] = [];
  for (const child of childrenOf(braces)) {
    const before = found.at(-1);
    if (child.name === "PatternProperty") {
      const parts = childrenOf(child);
      const equals = parts.findIndex(({ name }) => name === "Equals");
      found.push({
        name: textOf(parts[0], text),
        byDefault: equals < 0 ? "" : textOf(parts[equals + 1], text),
        comment: "",
      });
    } else if (child.name === "BlockComment" && before !== undefined) {
      found[found.length - 1] = { ...before, comment: before.comment + textOf(child, text) };
    }
  }
  return found;
}

/** `gain = 1.5 /* 0 to 4 *\/`; without a comment it goes to twice the value. */
function sliderOf({ name, byDefault, comment }: NamedParameter): Slider {
  const given = byDefault === "" ? Number.NaN : Number(byDefault);
  const [low, high] = [...comment.matchAll(/-?\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
  const value = Number.isFinite(given) ? given : ((low ?? 0) + (high ?? 1)) / 2;
  const reach = value === 0 ? 1 : 2 * value;
  return {
    name,
    value,
    low: low ?? Math.min(0, reach),
    high: high ?? Math.max(0, reach),
  };
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function textOf(node: SyntaxNode | undefined, text: string): string {
  return node === undefined ? "" : text.slice(node.from, node.to);
}
