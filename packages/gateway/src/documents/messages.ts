import { z } from "zod";

export type Mutable = Record<string, unknown>;

/** A union's members as AsyncAPI messages, named after it and their type; shared parts go to `schemas`. */
export function messagesOf(prefix: string, union: z.ZodType, schemas: Mutable): Mutable {
  const converted = z.toJSONSchema(union, { unrepresentable: "any", io: "input" });
  const { $defs = {}, $schema: _, ...schema } = hoisted(converted, `${prefix}.`);
  Object.assign(schemas, Object.fromEntries(Object.entries($defs).map(([name, part]) => [`${prefix}.${name}`, part])));
  const frames = flattened(schema);
  return Object.fromEntries(
    frames.map((payload, index) => {
      const type = typeOf(payload) ?? `frame${index + 1}`;
      return [`${prefix}.${type}`, { name: type, title: type, contentType: "application/json", payload }];
    }),
  );
}

/** The schema with its references pointing to where the document keeps shared parts. */
function hoisted(schema: object, prefix: string): { $defs?: Mutable; $schema?: unknown } {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', `"#/components/schemas/${prefix}`);
  return JSON.parse(text) as { $defs?: Mutable };
}

/** The objects that a union of unions comes down to. */
function flattened(schema: Mutable): Mutable[] {
  const options = (schema["oneOf"] ?? schema["anyOf"]) as Mutable[] | undefined;
  return options === undefined ? [schema] : options.flatMap(flattened);
}

/** What tells the frame apart: its `event_type` where frames have one, else its `type`. */
function typeOf(payload: Mutable): string | undefined {
  const properties = payload["properties"] as Record<string, { const?: unknown }> | undefined;
  const value = properties?.["event_type"]?.const ?? properties?.["type"]?.const;
  return typeof value === "string" ? value : undefined;
}
