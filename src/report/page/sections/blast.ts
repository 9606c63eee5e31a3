import type { Address } from '../../../core/address.ts';
import { html, type Html } from '../html.ts';
import type { PageBlast, PageModel } from '../model.ts';
import { idsOf } from './ids.ts';
import { addressing, count, filterOf, kindWord, named, section, table, tag, told, ways } from './parts.ts';

/** Whom an attacker with the credential of a service reaches: by service, a row for each that is reached and how. */
export function blast(model: PageModel): Html {
  return section(
    'blast',
    'Blast radius',
    html`<p>Whom an attacker reaches with the credential of a service.</p>`,
    ...told(model.blast, (services) => [
      filterOf('blast', 'a service, a thing', [
        { field: 'effect', title: 'Effect', options: Object.entries(words) },
      ]),
      ...groupsOf(services),
    ]),
  );
}

const words = {
  sends: 'gets its messages',
  reads: 'is listened to',
  takes: 'loses messages to it',
  breaks: 'can be broken by it',
} as const;

function reachedBy({ hits }: PageBlast): number {
  return new Set(hits.map(({ holder }) => nameOf(holder))).size;
}

function nameOf({ service, principal }: PageBlast['hits'][number]['holder']): string {
  return service ?? principal;
}

function groupsOf(services: readonly PageBlast[]): Html[] {
  const ids = idsOf(
    'blast-of',
    services.map(({ service }) => service),
  );
  const show = addressing(
    services.flatMap(({ hits }) =>
      hits.flatMap(({ at, meets, way }) => [at, meets, ...way.map((one) => one.at)]),
    ),
  );
  return services
    .map((blast, index) => ({ blast, id: ids[index] ?? '', many: reachedBy(blast) }))
    .sort((a, b) => b.many - a.many)
    .map(({ blast, id }) => one(blast, id, show));
}

function one(blast: PageBlast, id: string, show: (at: Address) => Html): Html {
  const { who, service, hits, wide } = blast;
  const groups = [...Map.groupBy(hits, (hit) => JSON.stringify([nameOf(hit.holder), hit.effect])).values()];
  const also = wide.map((says) => html`<li>${says}</li>`);
  return html`<details class="group" id="${id}" data-of="${who}" data-title="Its blast radius">
    <summary>
      <span class="name">${service}</span>
      <span class="says">reaches ${count(reachedBy(blast), 'other')}</span>
    </summary>
    ${ways(who, id)}
    ${
      groups.length === 0
        ? html`<p data-row>Nobody else.</p>`
        : table(
            `Whom ${service} reaches`,
            ['Who', 'How', 'Where', 'By'],
            groups.map((group) => row(group, show)),
          )
    }${
      also.length === 0
        ? ''
        : html`<p>Its grants are for names that there are not yet, too:</p>
            <ul>
              ${also}
            </ul>`
    }
  </details> `;
}

function row(hits: PageBlast['hits'], show: (at: Address) => Html): Html {
  const [hit] = hits;
  if (hit === undefined) return html``;
  const all = hits.reduce((sum, { ways: some = 1 }) => sum + some, 0);
  const more = all === 1 ? '' : html` <i>and ${count(all - 1, 'more way')}</i>`;
  const onwards = hit.way.map(({ at }) => html` → ${show(at)}`);
  // Nothing is between what is read and where its messages come from: a topic, which is both.
  const source = hit.at === hit.meets ? '' : html` ← ${show(hit.meets)}`;
  const through = hit.through.length === 0 ? '' : html` <i>through ${hit.through.join(', ')}</i>`;
  const perhaps = hits.every(({ may }) => may === 'perhaps') ? tag('perhaps', 'perhaps') : '';
  return html`<tr data-effect="${hit.effect}">
    <th scope="row">${named(nameOf(hit.holder))}</th>
    <td>${words[hit.effect]} ${perhaps}</td>
    <td>${show(hit.at)}${hit.effect === 'reads' ? source : onwards}${through}${more}</td>
    <td>${hit.right} on the ${kindWord(hit.at)}</td>
  </tr> `;
}
