import type { Address } from '../../../core/address.ts';
import { kindOf, partsOf } from '../../../core/address.ts';
import { html, type Html } from '../html.ts';
import type { Part } from '../model.ts';

/** What the sections have in common. */

export function section(id: string, title: string, ...body: readonly Html[]): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section> `;
}

/** What was asked, or the sentence that says why it was not. */
export function told<T>(part: Part<T>, show: (value: T) => readonly Html[]): readonly Html[] {
  return part.is === 'told' ? show(part.value) : [html`<p class="left">Not in this report: ${part.why}</p>`];
}

/** `rows` may be of several bodies. */
export function table(caption: string, columns: readonly string[], rows: readonly Html[]): Html {
  const heads = columns.map((column) => html`<th scope="col">${column}</th>`);
  const isBodies = rows[0]?.markup.startsWith('<tbody') === true;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      ${
        isBodies
          ? rows
          : html`<tbody>
              ${rows}
            </tbody>`
      }
    </table>
  </div> `;
}

export interface Choice {
  readonly field: string;
  readonly title: string;
  /** Value and words. */
  readonly options: readonly (readonly [string, string])[];
}

/** Shown by the script, which runs it. */
export function filterOf(id: string, what: string, choices: readonly Choice[] = []): Html {
  const selects = choices.map(
    ({ field, title, options }) =>
      html`<label
        >${title}
        <select data-field="${field}">
          <option value="">all</option>
          ${options.map(([value, words]) => html`<option value="${value}">${words}</option>`)}
        </select></label
      > `,
  );
  return html`<div class="controls" data-for="${id}" hidden>
    <label>Filter <input type="search" placeholder="${what}" autocomplete="off" spellcheck="false" /></label>
    ${selects}
  </div> `;
}

/** Scripts that are written from right to left: such a name would turn around what stands beside it. */
const turning = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A name, which may be longer than there is room, or of another direction than what is around it. */
export function named(text: string): Html {
  if (turning.test(text)) return html`<bdi class="name" title="${text}">${text}</bdi>`;
  return text.length < 40 ? html`${text}` : html`<span class="name" title="${text}">${text}</span>`;
}

/** What a thing is called, with where it is. */
export function addressed(at: Address): Html {
  const place = placeOf(at);
  const where = place === '' ? '' : html` <i>in ${place}</i>`;
  return html`${thing(at)}${where}`;
}

/** The same, where all things of a broker are in one place, without it. */
export function addressing(all: Iterable<Address>): (at: Address) => Html {
  const places = Map.groupBy(new Set(all), brokerOf);
  const broad = new Set(
    [...places]
      .filter(([, some]) => new Set(some.map(placeOf).filter((one) => one !== '')).size > 1)
      .map(([broker]) => broker),
  );
  const shown = new Map<Address, Html>();
  return (at) => {
    const known = shown.get(at) ?? (broad.has(brokerOf(at)) ? addressed(at) : thing(at));
    shown.set(at, known);
    return known;
  };
}

function thing(at: Address): Html {
  const name = partsOf(at).at(-1) ?? '';
  return named(name === '' ? `(default ${kindWord(at)})` : name);
}

function placeOf(at: Address): string {
  return partsOf(at).slice(0, -1).join('/');
}

function brokerOf(at: Address): string {
  return at.slice(0, at.indexOf(':'));
}

/** `queue` */
export function kindWord(at: Address): string {
  return kindOf(at).split(':').at(-1)?.replaceAll('-', ' ') ?? '';
}

/** To the node on the map, which the script draws, and to what stands here, to be passed on. */
export function ways(node: string, id: string): Html {
  return html`<p class="ways">
    <a class="on-map" href="#at=${encodeURIComponent(node.toWellFormed())}">On the map</a>
    <a href="#${id}">Link to this</a>
  </p>`;
}

export function tag(is: string, words: string): Html {
  return html`<span class="tag is-${is}">${words}</span>`;
}

export function count(many: number, one: string, more = `${one}s`): string {
  return many === 1 ? `1 ${one}` : `${many} ${more}`;
}
