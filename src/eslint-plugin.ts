import type { Linter, Rule, SourceCode } from 'eslint';
import type { Severity } from './core/finding.ts';
import { codeOf } from './lint/code/code.ts';
import { toldBy } from './lint/code/engine.ts';
import type { Code, CodeRule } from './lint/code/rule.ts';
import { codeRules } from './lint/code/rules.ts';
import { version } from './version.ts';

/**
 * The rules about source code, for ESLint 9 and 10: `lint --code` in the editor. They look at the tree that ESLint has, whichever parser
 * made it; what a `mqwarden-ignore` with a reason ignores for lint, it ignores here. A rule has the name of the one of lint
 * (src/lint/code/rules.ts), as `mqwarden/NAME`, takes no options and fixes nothing; its message ends in the id, which
 * `mqwarden explain` knows.
 */

/** What lint sees of a file, made once for all of the rules. */
const codes = new WeakMap<SourceCode, Code>();

function codeFor({ sourceCode, filename, cwd }: Rule.RuleContext): Code {
  const before = codes.get(sourceCode);
  if (before !== undefined) return before;
  const comments = sourceCode
    .getAllComments()
    .flatMap(({ range }) =>
      range === undefined ? [] : [{ text: sourceCode.text.slice(...range), at: range[0] }],
    );
  // Where the project lies says nothing of what is a test in it.
  const file = filename.startsWith(cwd) ? filename.slice(cwd.length + 1) : filename;
  const code = codeOf(file, sourceCode.text, { program: sourceCode.ast, comments });
  codes.set(sourceCode, code);
  return code;
}

function ruleFor(rule: CodeRule): Rule.RuleModule {
  return {
    meta: {
      type: 'problem',
      docs: {
        description: rule.summary,
        recommended: rule.severity !== 'note',
        // The page that the package has.
        url: new URL(`../docs/rules/${rule.id}.md`, import.meta.url).href,
      },
      messages: { found: '{{ message }} ({{ id }})' },
      schema: [],
    },
    create: (context) => ({
      'Program:exit'() {
        const today = new Date().toISOString().slice(0, 10);
        for (const { node, message } of toldBy(rule, codeFor(context), today)) {
          const [from, to] = node.range;
          const { sourceCode } = context;
          context.report({
            loc: { start: sourceCode.getLocFromIndex(from), end: sourceCode.getLocFromIndex(to) },
            messageId: 'found',
            data: { message, id: rule.id },
          });
        }
      },
    }),
  };
}

const levels: Readonly<Record<Severity, Linter.StringSeverity>> = {
  error: 'error',
  warning: 'warn',
  note: 'off',
};

const rules: Record<string, Rule.RuleModule> = Object.fromEntries(
  codeRules.map((rule) => [rule.name, ruleFor(rule)]),
);
const meta = { name: 'mqwarden', version, namespace: 'mqwarden' };

function config(name: string, levelOf: (rule: CodeRule) => Linter.StringSeverity): Linter.Config {
  return {
    name: `mqwarden/${name}`,
    plugins: { mqwarden: { meta, rules } },
    rules: Object.fromEntries(codeRules.map((rule) => [`mqwarden/${rule.name}`, levelOf(rule)])),
  };
}

interface Configs {
  /** Errors and warnings of lint as such; what it only notes is off. */
  readonly recommended: Linter.Config;
  /** The same, with the notes as warnings. */
  readonly all: Linter.Config;
}

const configs: Configs = {
  recommended: config('recommended', ({ severity }) => levels[severity]),
  all: config('all', ({ severity }) => (severity === 'error' ? 'error' : 'warn')),
};

export { configs, meta, rules };
export default { meta, rules, configs };
