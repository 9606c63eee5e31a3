import { createHash } from 'node:crypto';
import { html, type Html } from '../html.ts';

/** Ids that are the same in the next report, so that a link to a part of one can be passed on and kept. */

/** One for each text, in their order. A plain text stands there as it is; no text can take the id of another. */
export function idsOf(prefix: string, texts: readonly string[]): string[] {
  const taken = new Map<string, number>();
  return texts.map((text) => {
    const id = `${prefix}-${slug(text)}`;
    const before = taken.get(id) ?? 0;
    taken.set(id, before + 1);
    // A `~` is in no other id.
    return before === 0 ? id : `${id}~${before + 1}`;
  });
}

function slug(text: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/.test(text) ? text : hashed(text);
}

export function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}

/** To be copied: what it leads to stands beside it. */
export function link(id: string, to: string): Html {
  const words = to.length > 100 ? `${to.slice(0, 99)}…` : to;
  return html`<a class="anchor" href="#${id}" aria-label="Link to: ${words}">#</a>`;
}
