import { ThroughlineError } from "@throughline/protocol";
import jsep, { type Expression } from "jsep";

/**
 * Arithmetic in a text. The library only parses; what may be computed is what stands here, so there
 * is no way from an expression to anything of the program.
 */

const MOST_CHARACTERS = 300;

const FUNCTIONS: ReadonlyMap<string, (...values: number[]) => number> = new Map(
  (["abs", "ceil", "exp", "floor", "log10", "log2", "max", "min", "round", "sqrt"] as const)
    .map((name): [string, (...values: number[]) => number] => [name, Math[name]])
    .concat([["ln", Math.log]]),
);
const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
]);
const OPERATORS: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ["+", (a: number, b: number) => a + b],
  ["-", (a: number, b: number) => a - b],
  ["*", (a: number, b: number) => a * b],
  ["/", (a: number, b: number) => a / b],
  ["%", (a: number, b: number) => a % b],
  ["**", (a: number, b: number) => a ** b],
]);

/** Words and signs people use, in what the parser knows. */
const SPOKEN: readonly (readonly [RegExp, string])[] = [
  [/\b(?:the )?square root of ([\d.]+)/g, "sqrt($1)"],
  [/\bto the power of\b|\^/g, "**"],
  [/\b(?:times|multiplied by)\b|×/g, "*"],
  [/\bdivided by\b|÷/g, "/"],
  [/\bplus\b/g, "+"],
  [/\bminus\b|−/g, "-"],
  [/[$€£](?=\d)/g, ""],
  [/([\d.]+) ?(?:%|percent) of\b/g, "($1/100)*"],
];

/** The expression that a text comes to, ready for {@link evaluate}; undefined for a text that is none. */
export function expressionIn(text: string): string | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const spelled = SPOKEN.reduce((result, [words, sign]) => result.replace(words, sign), text.toLowerCase());
  const expression = withoutSeparators(spelled).trim();
  if (!/\d/.test(expression) || !/^[\d\s.+\-*/%(),a-z]+$/.test(expression)) return undefined;
  const names = expression.match(/[a-z][a-z0-9]*/g) ?? [];
  // The exponent of 1e6 is no name.
  const known = (name: string): boolean => FUNCTIONS.has(name) || CONSTANTS.has(name) || /^e\d+$/.test(name);
  return names.every(known) ? expression : undefined;
}

/**
 * The value of an expression of numbers, `+ - * / % **`, brackets, `pi`, `e` and a few functions.
 * @throws ThroughlineError `invalid_input` for anything else, and for a value that is no finite number
 */
export function evaluate(expression: string): number {
  const value = valueOf(parse(expression));
  if (!Number.isFinite(value)) throw refused(`"${expression}" has no finite value.`);
  // Fifteen places are what a double is sure of: 0.1 + 0.2 is 0.3.
  return Number(value.toPrecision(15));
}

function parse(expression: string): Expression {
  if (expression.length > MOST_CHARACTERS) throw refused(`An expression has at most ${MOST_CHARACTERS} characters.`);
  try {
    // The parser binds a sign closer than a power; written as a difference, -2**2 is -(2**2) as in mathematics.
    return jsep(expression.replace(/(^|[(,])\s*-/g, "$1 0-"));
  } catch (cause) {
    throw refused(`"${expression}" is no expression: ${cause instanceof Error ? cause.message : "unreadable"}.`, cause);
  }
}

function valueOf(node: Expression): number {
  if (isLiteral(node)) return node.value;
  if (isIdentifier(node)) return known(CONSTANTS, node.name);
  if (isCall(node)) return callOf(node);
  if (isUnary(node)) return node.operator === "-" ? -valueOf(node.argument) : valueOf(node.argument);
  if (!isBinary(node)) throw refused("Only numbers, + - * / % ^, brackets and a few functions can be calculated.");
  if (node.operator === "**" && isUnary(node.left)) throw refused("Put brackets around the signed base of a power.");
  return known(OPERATORS, node.operator)(valueOf(node.left), valueOf(node.right));
}

function callOf({ callee, arguments: given }: jsep.CallExpression): number {
  if (!isIdentifier(callee)) throw refused("What is called must be a function's name.");
  const work = known(FUNCTIONS, callee.name);
  if (given.length === 0) throw refused(`${callee.name}() needs a number.`);
  return work(...given.map(valueOf));
}

function known<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (value === undefined) throw refused(`"${name}" cannot be calculated.`);
  return value;
}

/** 1,234,567 as 1234567, unless the commas may separate a function's arguments. */
function withoutSeparators(text: string): string {
  return /[a-z]\s*\(/.test(text)
    ? text
    : text.replace(/\b\d{1,3}(?:,\d{3})+\b/g, (digits) => digits.replaceAll(",", ""));
}

function isLiteral(node: Expression): node is jsep.Literal & { value: number } {
  return node.type === "Literal" && typeof node["value"] === "number";
}

function isIdentifier(node: Expression): node is jsep.Identifier {
  return node.type === "Identifier";
}

function isCall(node: Expression): node is jsep.CallExpression {
  return node.type === "CallExpression";
}

function isUnary(node: Expression): node is jsep.UnaryExpression {
  return node.type === "UnaryExpression" && (node["operator"] === "-" || node["operator"] === "+");
}

function isBinary(node: Expression): node is jsep.BinaryExpression {
  return node.type === "BinaryExpression";
}

function refused(message: string, cause?: unknown): ThroughlineError {
  return new ThroughlineError("invalid_input", message, { cause });
}
