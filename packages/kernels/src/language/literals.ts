/**
 * Arrays and objects that are written out: they are gone once the function has been read.
 *
 * @module
 */
import { propertyName } from "./members.ts";
import type { Syntax } from "./parser.ts";
import type { Reader } from "./reader.ts";
import { describeValue, UNDEFINED, type Value } from "./values.ts";

/** The items of an array or the arguments of a call, arrays spread out. */
export function itemsOf(
  reader: Reader,
  elements: readonly (Syntax.Expression | Syntax.SpreadElement | null)[],
): Value[] {
  const items: Value[] = [];
  for (const element of elements) {
    if (element === null) items.push(UNDEFINED);
    else if (element.type === "SpreadElement") {
      const spread = reader.evaluate(element.argument);
      if (spread.kind !== "list")
        return reader.refuse(element, `it spreads ${describeValue(spread)}, expected an array`, "write the items out");
      items.push(...spread.items);
    } else items.push(reader.evaluate(element));
  }
  return items;
}

/** An object that is written out. */
export function objectOf(reader: Reader, { properties }: Syntax.ObjectExpression): Value {
  const fields = new Map<string, Value>();
  for (const property of properties) {
    if (property.type === "SpreadElement") {
      const spread = reader.evaluate(property.argument);
      if (spread.kind !== "record")
        return reader.refuse(
          property,
          `it spreads ${describeValue(spread)}, expected an object`,
          "write its fields out",
        );
      for (const [name, value] of spread.fields) fields.set(name, value);
      continue;
    }
    if (property.kind !== "init")
      return reader.refuse(property, "it has an accessor", "write the field with its value");
    fields.set(propertyName(reader, property), reader.evaluate(property.value));
  }
  return { kind: "record", fields };
}
