import { createHash } from 'node:crypto';
import { html, type Html, inlined } from './html.ts';
import type { PageModel } from './model.ts';
import { packed } from './packed.ts';
import { access } from './sections/access.ts';
import { ages } from './sections/ages.ts';
import { blast } from './sections/blast.ts';
import { checklist } from './sections/checklist.ts';
import { drift } from './sections/drift.ts';
import { lint } from './sections/lint.ts';
import { mapOf } from './sections/map.ts';
import { summary } from './sections/summary.ts';

/** The report as one HTML page that asks nobody for anything: tables that need no script, and a map that does. */

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

export function pageOf(model: PageModel, { script, style }: PageAssets): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(script, style)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="mqwarden ${model.version}" />
        <title>${model.topology} in ${model.environment}: mqwarden report</title>
        ${own('style', style)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the report</a>
        ${header(model)}
        <main id="main" tabindex="-1">
          ${[summary(model), mapOf(model), access(model), checklist(model), lint(model), drift(model), ages(model), blast(model)]}
        </main>
        <footer>
          <p>
            Written by mqwarden ${model.version} at
            <time datetime="${model.createdAt}">${model.createdAt}</time>. This page holds no secret and asks
            nobody for anything.
          </p>
        </footer>
        <script type="application/json" id="data">
          ${inlined(packed(model.nodes, model.edges))}
        </script>
        ${own('script', script)}
      </body>
    </html> `;
  return page.markup;
}

/** Nothing but this very script and this very style, and no markup made of text by any script. */
function policy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Our own, of this very version: never a name. To the letter, since the policy has its hash. */
function own(name: 'script' | 'style', text: string): Html {
  return { markup: `<${name}>${text}</${name}>` };
}

const sections = [
  ['map', 'Map'],
  ['access', 'Access'],
  ['checklist', 'Checklist'],
  ['lint', 'Lint'],
  ['drift', 'Drift'],
  ['ages', 'Credentials'],
  ['blast', 'Blast radius'],
] as const;

function header(model: PageModel): Html {
  const of = model.of === 'live' ? 'as the live brokers have it' : 'as the topology gives it';
  const links = sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`);
  return html`<header>
      <h1><span class="name">${model.topology}</span> in <span class="name">${model.environment}</span></h1>
      <p>
        ${model.production ? html`<span class="tag is-production">production</span> ` : ''}Access ${of},
        <time datetime="${model.createdAt}">${model.createdAt.slice(0, 16).replace('T', ' ')} UTC</time>
      </p>
    </header>
    <nav aria-label="Parts of the report">
      <ul>
        ${links}
      </ul>
    </nav> `;
}
