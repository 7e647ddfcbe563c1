import { ThroughlineError } from "@throughline/protocol";
import { flagOf, SETTING_NAMES, SETTINGS, type SettingName } from "../settings/table.ts";

/** One flag for each setting, as text: the settings table reads and checks it. */
export const settingFlags = Object.fromEntries(
  SETTING_NAMES.map((name) => [flagOf(name), { type: "string", description: describe(name) }] as const),
);

/**
 * The flags that were given, by setting name.
 * @param args what the parser made of the command line, in which every flag also stands in camel case
 * @param others flags that are no settings
 * @throws ThroughlineError `invalid_setting` for a flag nobody knows and for a word without a flag
 */
export function givenFlags(
  args: Readonly<Record<string, unknown>>,
  others: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  const { _: rest, ...flags } = args;
  const known = new Set<string>([...others, ...SETTING_NAMES, ...SETTING_NAMES.map(flagOf)]);
  const strangers = Object.keys(flags)
    .filter((flag) => !known.has(flag))
    .map((flag) => `--${flag}`);
  if (Array.isArray(rest)) strangers.push(...rest.map(String));
  if (strangers.length > 0) {
    throw new ThroughlineError("invalid_setting", `${strangers.join(" ")}: no such flag; --help lists them.`);
  }
  const given = SETTING_NAMES.map((name) => [name, args[flagOf(name)]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function describe(name: SettingName): string {
  const setting = SETTINGS[name];
  const fallback = "fallback" in setting ? ` (default ${JSON.stringify(setting.fallback)})` : "";
  return `${setting.help}${fallback} [${setting.env}]`;
}
