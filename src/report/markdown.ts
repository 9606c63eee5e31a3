import type { Refusal } from '../core/broker.ts';
import { durationText } from '../core/duration.ts';
import type { Plan } from '../core/plan.ts';
import type { Change } from '../core/resource.ts';
import { gainsTold } from './access.ts';
import { byService, countsText, describe, type KindsShown, unmanagedText } from './described.ts';
import { code, fenced, fencedLine, htmlCode, prose } from './markdown/escape.ts';
import { fit, type Fitted, type Piece, shares } from './markdown/fit.ts';
import { leftOut, table } from './markdown/summary.ts';
import { asDeclared } from './notes.ts';

/** GitHub takes 65,536 characters in a comment. */
const limit = 65_000;
/** For what is said of what was left out, and for the frames of sections. */
const reserve = 6_000;

/**
 * A plan for a pull request. What is blocked, may lose data or disturbs somebody stands open; the rest is folded, a fold a
 * service. Never longer than a comment may be: what does not fit is counted.
 */
export function planAsMarkdown(plan: Plan, kinds: KindsShown): string {
  const warnings = plan.warnings.map(({ address, message }) =>
    pieceOf('warnings', '', [`${message} (${address})`]),
  );
  if (plan.changes.length + plan.blocked.length === 0) return nothing(plan, warnings);
  const head = [title(plan), notes(plan), totals(plan), table(plan)].filter((part) => part !== '');
  const foot = `Digest ${code(plan.digest)}, made ${code(plan.createdAt)}.`;
  let room = limit - reserve - [...head, foot].join('\n\n').length;
  const take = (pieces: readonly Piece[], most: number): Fitted => {
    const fitted = fit(pieces, Math.min(room, most));
    room -= fitted.shown.reduce((sum, { text }) => sum + text.length + 1, 0);
    return fitted;
  };
  const open = plan.changes.filter((change) => standsOpen(plan, kinds, change));
  const blocked = take(plan.blocked.map(refusalPiece), room * 0.4);
  const attention = take(changePieces(open, kinds, true), room * 0.6);
  const access = take(accessPieces(plan), Math.min(room * 0.25, 8_000));
  const told = take(warnings, Math.min(room * 0.25, 8_000));
  const unmanaged = take(unmanagedPieces(plan), Math.min(room * 0.1, 3_000));
  const shown = new Set(open);
  const folds = foldAll(
    plan.changes.filter((change) => !shown.has(change)),
    kinds,
    room,
  );
  const parts = [
    ...head,
    leftOut([blocked, attention, told, folds].flatMap(({ left }) => left)),
    section('Blocked', 'diff', blocked),
    section('May lose data or disturb somebody', 'diff', attention),
    accessFold(plan, access),
    section('Warnings', 'text', told),
    ...folds.texts,
    unmanagedFold(plan, unmanaged),
    foot,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function nothing(plan: Plan, warnings: readonly Piece[]): string {
  const line = `**No changes**: environment ${code(plan.environment)} ${asDeclared(plan)}${unmanagedText(plan.unmanaged)}.`;
  const said = [line, ...noteSentences(plan)].join(' ');
  const told = section('Warnings', 'text', fit(warnings, limit / 2));
  return told === '' ? `${said}\n` : `${said}\n\n${told}\n`;
}

function title(plan: Plan): string {
  return `### Plan for ${code(plan.topology)}, environment ${code(plan.environment)}`;
}

function notes(plan: Plan): string {
  return noteSentences(plan)
    .map((sentence) => `> ${sentence}`)
    .join('\n>\n');
}

const mostUnknown = 10;

/** What this plan cannot be relied on for. */
function noteSentences({ against, createdAt, unknown = [] }: Plan): string[] {
  const said = unknown.slice(0, mostUnknown).map((one) => `**Not known**: ${prose(one)}.`);
  const more = unknown.length - said.length;
  return [
    ...(against === undefined ? [] : [snapshotSentence(against.takenAt, createdAt)]),
    ...said,
    ...(more > 0 ? [`**Not known**: ${more} more.`] : []),
  ];
}

function snapshotSentence(takenAt: string, createdAt: string): string {
  const age = durationText(Math.max(0, Date.parse(createdAt) - Date.parse(takenAt)));
  return `Planned against a snapshot of ${code(takenAt)}, ${age} old, **not against live brokers**.`;
}

function totals(plan: Plan): string {
  return `**${countsText(plan.summary)}**${unmanagedText(plan.unmanaged)}.`;
}

/** What a person allowed by name, what empties something that may hold data, and what has a cost. */
function standsOpen({ decisions }: Plan, kinds: KindsShown, change: Change): boolean {
  const { address, action, cost } = change;
  const removes = action === 'delete' || action === 'replace';
  const allowed = [...decisions.allowDataLoss, ...decisions.allowWidening].includes(address);
  return allowed || cost !== undefined || (removes && kinds[change.kind]?.holdsData !== false);
}

const marks = { create: '+', delete: '-', update: '!', replace: '!' } as const;
const longestPiece = 4_000;

/** The first line always stands; the others as far as there is room for one piece. */
function pieceOf(of: string, service: string, lines: readonly string[]): Piece {
  const safe = lines.map(fencedLine);
  let used = 0;
  const cut = safe.findIndex((line) => (used += line.length + 1) > longestPiece);
  const shown = cut < 0 ? safe : [...safe.slice(0, cut), `      … and ${safe.length - cut} more lines`];
  return { text: shown.join('\n'), service, of };
}

function refusalPiece({ action, address, service, reason, cost, hint }: Refusal): Piece {
  const whole = cost === undefined ? reason : `${reason} (${cost})`;
  return pieceOf('blocked', service ?? '', [`! ${action} ${address}`, `      ${whole}`, `      ${hint}`]);
}

/** Changes with one purpose stand together under it; `named`: with their service, where it is no heading. */
function changePieces(changes: readonly Change[], kinds: KindsShown, named: boolean): Piece[] {
  const groups = Map.groupBy(changes, ({ service, reason }) => JSON.stringify([service, reason]));
  return [...groups.values()].flatMap((group) =>
    group.map((change, at) => {
      const service = change.service ?? '';
      const purpose = named && service !== '' ? `${service}: ${change.reason}` : change.reason;
      return pieceOf('changes', service, [
        ...(at === 0 ? [`  ${purpose}`] : []),
        ...changeLines(change, kinds),
      ]);
    }),
  );
}

function changeLines(change: Change, kinds: KindsShown): string[] {
  const { what, name, settings, cost } = describe(change, kinds);
  const width = Math.min(40, Math.max(0, ...settings.map(({ label }) => label.length)));
  return [
    `${marks[change.action]} ${change.action} ${what} ${name}`,
    ...settings.map(
      ({ label, from, to }) => `      ${label.padEnd(width)}  ${from === undefined ? '' : `${from} → `}${to}`,
    ),
    ...(cost === undefined ? [] : [`      ${cost}`]),
  ];
}

function section(name: string, language: string, { shown, left }: Fitted): string {
  if (shown.length + left.length === 0) return '';
  return `**${name}** (${shown.length + left.length})\n\n${block(language, shown, left.length)}`;
}

function block(language: string, shown: readonly Piece[], left: number): string {
  const more = left === 0 ? [] : [`  … and ${left} more`];
  return fenced(language, [...shown.map(({ text }) => text), ...more]);
}

interface Folds {
  readonly texts: readonly string[];
  readonly left: readonly Piece[];
}

/** A fold a service; each gets a fair share of the room. */
function foldAll(changes: readonly Change[], kinds: KindsShown, room: number): Folds {
  const all = byService(changes).map(([service, theirs]) => ({
    pieces: changePieces(theirs, kinds, false),
    frame: (shown: readonly Piece[], left: number) =>
      fold(`${foldName(service)}: ${countsText(countActions(theirs))}`, block('diff', shown, left)),
  }));
  const sizeOf = (pieces: readonly Piece[]) => pieces.reduce((sum, { text }) => sum + text.length + 1, 0);
  const frames = all.map(({ frame, pieces }) => frame([], pieces.length).length + 2);
  const given = shares(
    all.map(({ pieces }, at) => {
      const frame = frames[at] ?? 0;
      return { least: frame + sizeOf(pieces.slice(0, 1)), whole: frame + sizeOf(pieces) };
    }),
    room,
  );
  const fitted = all.map(({ pieces, frame }, at) => {
    const { shown, left } = fit(pieces, (given[at] ?? 0) - (frames[at] ?? 0));
    return { text: shown.length === 0 ? '' : frame(shown, left.length), left };
  });
  return { texts: fitted.map(({ text }) => text), left: fitted.flatMap(({ left }) => left) };
}

function foldName(service: string): string {
  return service === '' ? 'the environment' : htmlCode(service);
}

function fold(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

function countActions(changes: readonly Change[]): Record<Change['action'], number> {
  const counts = { create: 0, update: 0, replace: 0, delete: 0 };
  for (const { action } of changes) counts[action] += 1;
  return counts;
}

/** Claimed first: those `--prune` would delete. */
function unmanagedPieces({ unmanaged }: Plan): Piece[] {
  const sorted = [...unmanaged].sort((a, b) => Number(b.claimed) - Number(a.claimed));
  return sorted.map(({ address, claimed }) =>
    pieceOf('unmanaged', '', [`${address}${claimed ? ' (claimed)' : ''}`]),
  );
}

function accessPieces({ access = [] }: Plan): Piece[] {
  return gainsTold(access).map(({ who, lines }) =>
    pieceOf('access', '', [`  ${who}`, ...lines.map(({ sign, text }) => `${sign} ${text}`)]),
  );
}

function accessFold({ access = [] }: Plan, { shown, left }: Fitted): string {
  if (access.length === 0) return '';
  const count = shown.length + left.length;
  const summary = `who gains or loses access: ${count} ${count === 1 ? 'principal' : 'principals'}`;
  return fold(summary, block('diff', shown, left.length));
}

function unmanagedFold({ unmanaged }: Plan, { shown, left }: Fitted): string {
  if (unmanaged.length === 0) return '';
  const summary = `unmanaged, left as it is: ${unmanaged.length}`;
  return fold(summary, block('text', shown, left.length));
}
