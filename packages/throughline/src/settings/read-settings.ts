import { ThroughlineError } from "@throughline/protocol";
import type { Kind } from "./kinds.ts";
import { flagOf, isSettingName, SETTING_NAMES, SETTINGS, type SettingName, type Settings } from "./table.ts";

/** Where values come from; the first that names a setting wins. */
export interface Sources {
  /** By setting name, as the command line gave them. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: { readonly path: string; readonly values: Readonly<Record<string, unknown>> };
}

/** What was read, and what nobody asked for. */
export interface ReadSettings {
  readonly settings: Settings;
  /** Sentences about values that have no effect, such as a variable with a typing error. */
  readonly warnings: readonly string[];
}

/**
 * Merges flags over variables over the config file over defaults, and checks every value.
 * @throws ThroughlineError `invalid_setting`; its message names each bad value and what is expected
 */
export function readSettings(sources: Sources): ReadSettings {
  const problems = unknownInFile(sources.file);
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of SETTING_NAMES) {
    const found = find(name, sources);
    const { kind, fallback } = SETTINGS[name] as {
      kind: Kind<unknown>;
      fallback?: unknown;
    };
    if (found === undefined) {
      values[name] = fallback;
      continue;
    }
    values[name] = kind.read(found.raw);
    if (values[name] === undefined)
      problems.push(
        `${found.where} is ${kind.secret === true ? "not one" : show(found.raw)}; expected ${kind.expected}`,
      );
  }
  if (problems.length > 0) {
    throw new ThroughlineError("invalid_setting", problems.join("\n"), { details: { problems } });
  }
  // Each value went through its own kind just above.
  return { settings: values as Settings, warnings: unknownVariables(sources.env) };
}

function find(name: SettingName, { flags, env, file }: Sources): { raw: unknown; where: string } | undefined {
  if (flags[name] !== undefined) return { raw: flags[name], where: `--${flagOf(name)}` };
  const variable = SETTINGS[name].env;
  // An empty variable is how shells and compose files write "not set".
  if (env[variable] !== undefined && env[variable] !== "") return { raw: env[variable], where: variable };
  if (file.values[name] !== undefined) return { raw: file.values[name], where: `${name} in ${file.path}` };
  return undefined;
}

function unknownInFile(file: Sources["file"]): string[] {
  return Object.keys(file.values)
    .filter((name) => !isSettingName(name))
    .map((name) => `${name} in ${file.path} is no setting; there are ${SETTING_NAMES.join(", ")}`);
}

function unknownVariables(env: Sources["env"]): readonly string[] {
  const known = new Set<string>(SETTING_NAMES.map((name) => SETTINGS[name].env));
  return Object.keys(env)
    .filter((variable) => variable.startsWith("THROUGHLINE_") && !known.has(variable))
    .map((variable) => `${variable} is set, but there is no such setting`);
}

function show(raw: unknown): string {
  return JSON.stringify(raw) ?? String(raw);
}
