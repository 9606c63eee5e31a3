import type { Address } from '../core/address.ts';
import type { AccessChange, ChangedRight } from '../core/access/gains.ts';
import type { ReachedRight, Sure } from '../core/access/answers.ts';
import type { Effect, Hit } from '../core/access/blast.ts';
import type {
  AccessDocument,
  BlastDocument,
  Holder,
  HolderAccess,
  Of,
  WhoCanDocument,
} from '../core/access/documents.ts';
import type { Basis } from '../core/access/model.ts';
import type { Step } from '../core/access/ways.ts';
import { thingText } from './verify.ts';

/** Answers about access as headings and items, for whatever layout. Pure; nothing is made printable yet. */

export interface Told {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
  readonly notes: readonly string[];
}

export interface Section {
  readonly heading: string;
  readonly items: readonly Item[];
}

export interface Item {
  readonly may: Sure;
  /** Who or what it is about. */
  readonly name: string;
  readonly says: string;
  readonly details: readonly string[];
}

export function whoCanTold(document: WhoCanDocument): Told {
  const { verb, resource, key, answers, powers } = document;
  const onIt = answers.filter(({ way }) => way.length === 0);
  const byWay = answers.filter(({ way }) => way.length > 0);
  const with_ = key === undefined ? '' : ` with key ${JSON.stringify(key)}`;
  const sections = [
    { heading: answers.length === 0 ? 'nobody' : 'by a right on it', items: onIt.map(answerItem) },
    {
      heading: verb === 'write' ? 'by what leads to it' : 'by where its messages go',
      items: byWay.map(answerItem),
    },
    { heading: 'who could give themselves the right', items: powers.map(powerItem) },
  ];
  return {
    title: `Who can ${verb} ${resource}${with_}`,
    subtitle: subtitle(document),
    sections: sections.filter(({ heading, items }) => items.length > 0 || heading === 'nobody'),
    notes: document.notes,
  };
}

function answerItem({
  holder,
  may,
  rights,
  at,
  keys,
  by,
  way,
  leads,
}: WhoCanDocument['answers'][number]): Item {
  const on = way.length === 0 ? '' : ` on ${thingText(at)}`;
  return {
    may,
    name: holderText(holder),
    says: `${rights.join(', ')}${on}${keysText(keys)}${leads === true ? ', which binds it to others and sends nothing' : ''}`,
    details: [...wayLines(way), ...basisLines(by)],
  };
}

function powerItem({ holder, by }: WhoCanDocument['powers'][number]): Item {
  return { may: 'yes', name: holderText(holder), says: by, details: [] };
}

export function accessTold(document: AccessDocument): Told {
  return {
    title: `What ${document.service} reaches`,
    subtitle: subtitle(document),
    sections: ownSections(document),
    notes: document.notes,
  };
}

function ownSections({ access, suspended }: AccessDocument): Section[] {
  if (suspended) return [{ heading: 'nothing: it is suspended, and its login is refused', items: [] }];
  if (access.length === 0) return [{ heading: 'nothing: it has no section for these brokers', items: [] }];
  return access.map((one) => ({
    heading: `${principalText(one.holder)}${one.power === undefined ? '' : `, who could take any right (${one.power})`}`,
    items: [...reachedItems(one), ...wideItems(one)],
  }));
}

function reachedItems({ reached }: HolderAccess): Item[] {
  return reached.flatMap(({ at, rights }) =>
    [...Map.groupBy(rights, ({ may }) => may)].map(([may, some]) => ({
      may,
      name: thingText(at),
      says: some.map(rightText).join(', '),
      details: may === 'yes' ? [] : basisLines(some.flatMap(({ by }) => by)),
    })),
  );
}

function rightText({ right, keys }: ReachedRight): string {
  return `${right}${keysText(keys)}`;
}

function wideItems({ wide }: HolderAccess): Item[] {
  return wide.map(({ says, doubt }) => ({
    may: doubt === undefined ? 'yes' : 'perhaps',
    name: 'names yet to come',
    says,
    details: doubt === undefined ? [] : [doubt],
  }));
}

const effectTexts: Readonly<Record<Effect, string>> = {
  sends: 'can be sent messages',
  reads: 'can have their messages read',
  takes: 'can lose messages, or their place, to it',
  breaks: 'use what it may change or delete',
};

export function blastTold(document: BlastDocument): Told {
  const { service, hits, hops } = document;
  const near = hits.filter(({ through }) => through.length === 0);
  const far = hits.filter(({ through }) => through.length > 0);
  const sections = Object.entries(effectTexts).map(([effect, text]) => ({
    heading: `who ${text}`,
    items: hitItems(near.filter((hit) => hit.effect === effect)),
  }));
  return {
    title: `What an attacker with the credential of ${service} reaches`,
    subtitle: subtitle(document),
    sections: [
      ...ownSections(document),
      ...sections,
      { heading: `who gets what those pass on, within ${hops} hops`, items: hitItems(far) },
    ].filter(({ items, heading }) => items.length > 0 || heading.startsWith('nothing')),
    notes: document.notes,
  };
}

/** One item for each that is hit, the places below. */
function hitItems(hits: BlastDocument['hits']): Item[] {
  const groups = Map.groupBy(hits, ({ holder }) => JSON.stringify([holder.broker, holder.principal]));
  return [...groups.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined) return [];
    return [
      {
        may: some.some(({ may }) => may === 'yes') ? 'yes' : 'perhaps',
        name: holderText(first.holder),
        says: '',
        details: some.map(hitText),
      },
    ];
  });
}

function hitText({ effect, at, right, way, meets, theirs, through }: Hit): string {
  const passed = through.length === 0 ? '' : `through ${through.join(', ')}: `;
  switch (effect) {
    case 'sends':
      return `${passed}${right} on ${thingText(at)}${wayText(way)}, where it has ${theirs}`;
    case 'reads':
      return `its ${theirs} on ${thingText(meets)}${wayText(way)}, where the attacker has ${right}`;
    case 'takes':
      return `both have ${theirs} on ${thingText(at)}`;
    case 'breaks':
      return `${right} on ${thingText(at)}, where it has ${theirs}`;
  }
}

function wayText(way: readonly Step[]): string {
  return way.map((step) => ` → ${thingText(step.at)} (${stepText(step)})`).join('');
}

function wayLines(way: readonly Step[]): string[] {
  return way.map((step) => `→ ${thingText(step.at)}, ${stepText(step)}`);
}

function stepText({ by, doubt }: Step): string {
  return doubt === undefined ? by : `${by}; ${doubt}`;
}

function basisLines(by: readonly Basis[]): string[] {
  return by.map(
    ({ address, says, doubt }) => `${says}${doubt === undefined ? '' : `: ${doubt}`} (${address})`,
  );
}

function keysText(keys: string | undefined): string {
  return keys === undefined ? '' : `, keys ${keys}`;
}

/** Who gains or loses what by a plan: somebody, and what each thing is to them. */
export interface GainsTold {
  readonly who: string;
  readonly lines: readonly { readonly sign: '+' | '-'; readonly text: string }[];
}

export function gainsTold(access: readonly AccessChange[]): GainsTold[] {
  const groups = Map.groupBy(access, ({ broker, principal }) => JSON.stringify([broker, principal]));
  return [...groups.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined) return [];
    const line = (sign: '+' | '-', at: Address, rights: readonly ChangedRight[]) =>
      rights.length === 0 ? [] : [{ sign, text: `${thingText(at)}: ${rights.map(changedText).join(', ')}` }];
    return [
      {
        who: principalText(first),
        lines: some.flatMap(({ at, gains, loses }) => [...line('+', at, gains), ...line('-', at, loses)]),
      },
    ];
  });
}

function changedText({ right, keys, may }: ChangedRight): string {
  return `${may === undefined ? '' : 'perhaps '}${right}${keysText(keys)}`;
}

/** `order-service`; what is no service is told for what it is. */
function holderText(holder: Holder): string {
  const { principal, service, is } = holder;
  switch (is) {
    case 'service':
      return service === principal ? principal : `${service ?? ''} as ${principal}`;
    case 'everyone':
      return 'everyone';
    case 'administrator':
      return `${principal}, the administrator`;
    case 'protected':
      return `${principal}, protected`;
    case 'other':
      return `${principal}, no service of the topology`;
  }
}

function principalText(holder: Holder): string {
  return `${holderText(holder)} on ${holder.broker}`;
}

interface About {
  readonly topology: string;
  readonly environment: string;
  readonly of: Of;
  readonly against?: { readonly takenAt: string } | undefined;
}

const byWhat: Readonly<Record<Of, string>> = {
  live: 'as the live brokers know it',
  topology: 'by the topology',
  snapshot: 'as the brokers were when the snapshot was taken',
};

function subtitle({ topology, environment, of, against }: About): string {
  const by = against === undefined ? byWhat[of] : `${byWhat[of]}, ${against.takenAt}`;
  return `${topology}, environment ${environment}, ${by}`;
}
