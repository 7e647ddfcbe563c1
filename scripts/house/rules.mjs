// The house rules that no off-the-shelf tool checks. Each takes the project's text files and gives
// the problems it found, as `path:line message`.

/** @typedef {{ path: string, text: string }} SourceFile */

/** Which of our own packages each one may use. They point one way; a cycle cannot be written down here. */
const MAY_USE = /** @type {Record<string, readonly string[]>} */ ({
  "packages/protocol": [],
  "packages/log": ["@throughline/protocol"],
  "packages/agents": ["@throughline/protocol"],
  "packages/gateway": ["@throughline/protocol", "@throughline/log"],
  "packages/testing": ["@throughline/protocol", "@throughline/log", "@throughline/gateway"],
  "packages/rabbitmq": ["@throughline/protocol", "@throughline/gateway"],
  "packages/client": ["@throughline/protocol"],
  "packages/react": ["@throughline/protocol", "@throughline/client"],
  "packages/throughline": [
    "@throughline/protocol",
    "@throughline/log",
    "@throughline/agents",
    "@throughline/gateway",
    "@throughline/rabbitmq",
  ],
  "apps/console": ["@throughline/protocol", "@throughline/client", "@throughline/react"],
});

/** Packages that run in browsers too. */
const RUNS_ANYWHERE = ["packages/protocol", "packages/client", "packages/react", "apps/console"];

const SOURCE = /\.(?:ts|tsx|mjs|js|css)$/;
const MODULE = /\.(?:ts|tsx|mjs)$/;
const MOST_LINES = 400;

/**
 * Imports stay within the package or go the way MAY_USE allows.
 * @param {readonly SourceFile[]} files
 */
export function dependencyDirection(files) {
  return files.flatMap((file) => {
    const home = Object.keys(MAY_USE).find((folder) => file.path.startsWith(`${folder}/src/`));
    if (home === undefined || !MODULE.test(file.path)) return [];
    return importsOf(file).flatMap(({ line, specifier }) => {
      const problem = forbiddenImport(home, file.path, specifier);
      return problem === undefined ? [] : [`${file.path}:${line} ${problem}`];
    });
  });
}

/**
 * @param {string} home
 * @param {string} path
 * @param {string} specifier
 */
function forbiddenImport(home, path, specifier) {
  if (specifier.startsWith(".")) {
    const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
    return target.startsWith(`${home}/`) ? undefined : `imports ${specifier}, which lies outside ${home}`;
  }
  if (specifier.startsWith("node:") && RUNS_ANYWHERE.includes(home))
    return `imports ${specifier}; ${home} runs anywhere`;
  const name = specifier.split("/").slice(0, 2).join("/");
  const isOurs = name.startsWith("@throughline/") || specifier === "throughline";
  return isOurs && !MAY_USE[home]?.includes(name) ? `imports ${specifier}, which ${home} may not use` : undefined;
}

/** @param {SourceFile} file */
function importsOf({ text }) {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+)["']/g;
  return [...text.matchAll(pattern)].map((match) => ({ line: lineAt(text, match.index), specifier: match[1] ?? "" }));
}

/**
 * Rule S2, the part the linter cannot see: the present moment comes from a Clock. (The linter
 * forbids the globals themselves; see .oxlintrc.json.)
 * @param {readonly SourceFile[]} files
 */
export function noPresentDate(files) {
  return files
    .filter(({ path }) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path) && !path.endsWith("/system.ts"))
    .flatMap((file) => matches(file, /\bnew Date\(\s*\)/g, "reads the time of day; take it from the Clock (rule S2)"));
}

/**
 * No source file grows past what one sitting can hold.
 * @param {readonly SourceFile[]} files
 */
export function fileLength(files) {
  return files
    .filter(({ path }) => SOURCE.test(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => `${path}:${MOST_LINES} has ${lines} lines; at most ${MOST_LINES}`);
}

/**
 * Nothing of the machine it was written on stands in the project: a clone works anywhere.
 * @param {readonly SourceFile[]} files
 */
export function noMachineTraces(files) {
  return files.flatMap((file) => [
    ...matches(file, /(?<![\w.$}/-])\/(?:home|root|work|Users)\/[\w.-]+/g, "is a path of one machine"),
    ...matches(file, /\bregistry\.(?:npmjs\.org|yarnpkg\.com)|\bnpm\.pkg\.github\.com/g, "names a package registry"),
    ...matches(file, /"resolved": "https?:/g, "ties the lock file to a registry"),
  ]);
}

/** Where the rules stand whose ids tests quote, by the ids' letters. */
const LAWS = [
  { path: "docs/architecture.md", letters: "LRDAS" },
  { path: "PROTOCOL.md", letters: "N" },
];

/**
 * A rule id in a test's title stands in docs/architecture.md, the project's law, or in PROTOCOL.md.
 * @param {readonly SourceFile[]} files
 */
export function quotedRules(files) {
  const rules = new Set(LAWS.flatMap((law) => rulesOf(law, files)));
  return files
    .filter(({ path }) => /\.test\.tsx?$/.test(path))
    .flatMap((file) =>
      [...file.text.matchAll(/\b(?:test|it|describe)\w*(?:\.\w+)*\(\s*["'`]((?:[LRDASN]\d+[,:]\s*)+)/g)].flatMap(
        (match) =>
          (match[1] ?? "")
            .split(/[,:\s]+/)
            .filter((id) => id !== "" && !rules.has(id))
            .map(
              (id) => `${file.path}:${lineAt(file.text, match.index)} quotes ${id}, which ${homeOf(id)} does not have`,
            ),
      ),
    );
}

/**
 * @param {(typeof LAWS)[number]} law
 * @param {readonly SourceFile[]} files
 */
function rulesOf({ path, letters }, files) {
  const text = files.find((file) => file.path === path)?.text ?? "";
  return [...text.matchAll(new RegExp(`^- \\*\\*([${letters}]\\d+)\\*\\*`, "gm"))].map((match) => match[1]);
}

/** @param {string} id */
function homeOf(id) {
  return LAWS.find(({ letters }) => letters.includes(id.charAt(0)))?.path;
}

/**
 * @param {SourceFile} file
 * @param {RegExp} pattern
 * @param {string} message
 */
function matches({ path, text }, pattern, message) {
  return [...text.matchAll(pattern)].map((match) => `${path}:${lineAt(text, match.index)} "${match[0]}" ${message}`);
}

/**
 * @param {string} text
 * @param {number} index
 */
function lineAt(text, index) {
  return text.slice(0, index).split("\n").length;
}
