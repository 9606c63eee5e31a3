import { element } from './dom.ts';
import type { Bar } from './bar.ts';

/** Filters of the tables: rows stay in the page and are hidden. */

export function tables(bar: Bar): void {
  for (const controls of document.querySelectorAll<HTMLElement>('.controls[data-for]')) {
    const section = document.getElementById(controls.dataset['for'] ?? '');
    if (section === null) continue;
    filter(controls, section);
    kept(controls, section.id, bar);
  }
}

/** What is filtered by stands in the address. */
function kept(controls: HTMLElement, id: string, bar: Bar): void {
  const fields = fieldsOf(controls);
  const nameOf = (field: Field) => `${id}.${field.dataset['field'] ?? 'words'}`;
  controls.addEventListener('input', () => {
    bar.set(Object.fromEntries(fields.map((field) => [nameOf(field), field.value])), 'aside');
  });
  const fill = () => {
    if (fields.every((field) => field.value === bar.get(nameOf(field)))) return;
    for (const field of fields) {
      field.value = bar.get(nameOf(field));
      // Of a select, what there is no option of.
      if (field.value !== bar.get(nameOf(field))) field.value = '';
    }
    controls.dispatchEvent(new Event('input'));
  };
  bar.listen(fill);
  fill();
}

type Field = HTMLInputElement | HTMLSelectElement;

function fieldsOf(controls: HTMLElement): Field[] {
  return [...controls.querySelectorAll<Field>('input[type=search], select[data-field]')];
}

interface Group {
  readonly rows: readonly HTMLElement[];
  readonly within: HTMLDetailsElement | undefined;
}

function filter(controls: HTMLElement, section: HTMLElement): void {
  const told = element('p', { role: 'status', class: 'told' });
  controls.append(told);
  controls.hidden = false;
  // Once somebody filters: until then it would only keep the page from being there.
  let known: readonly Group[] | undefined;
  const texts = new Map<HTMLElement, string>();
  const textOf = (row: HTMLElement, title: string) => {
    const text = texts.get(row) ?? `${title} ${row.textContent}`.toLowerCase();
    texts.set(row, text);
    return text;
  };
  const run = () => {
    const wants = wanted(controls);
    const groups = (known ??= groupsOf(section));
    const isOn = wants.words.length > 0 || wants.fields.length > 0;
    let left = 0;
    for (const { rows, within } of groups) {
      const title = within?.querySelector('summary')?.textContent ?? '';
      const isLeft = (row: HTMLElement) =>
        wants.fields.every(([field, value]) => valuesOf(row, field).includes(value)) &&
        wants.words.every((word) => textOf(row, title).includes(word));
      let count = 0;
      for (const row of rows) {
        row.hidden = isOn && !isLeft(row);
        if (!row.hidden) count += 1;
      }
      headed(rows);
      left += count;
      if (within === undefined) continue;
      within.hidden = count === 0;
      // As it was before anybody filtered, once nobody does.
      within.dataset['was'] ??= String(within.open);
      within.open = isOn ? count > 0 && left < 400 : within.dataset['was'] === 'true';
    }
    told.textContent = isOn
      ? `${left} of ${groups.reduce((sum, { rows }) => sum + rows.length, 0)} rows`
      : '';
  };
  controls.addEventListener('input', run);
}

/** Of a table, and of a list; not those that only head others, nor those of the grid, which is made of them. */
export const rowsOf = 'tbody > tr:not(.as, .grid *), [data-row]';

/** What a row can be chosen by: it stands in it, or around it. */
function valuesOf(row: HTMLElement, field: string): readonly string[] {
  if (field !== 'rights' && field !== 'may')
    return [row.closest<HTMLElement>(`[data-${field}]`)?.dataset[field] ?? ''];
  return rightsIn(row).map(({ right, isSure }) => (field === 'rights' ? right : isSure ? 'yes' : 'perhaps'));
}

export function rightsIn(row: HTMLElement): { right: string; words: string; isSure: boolean }[] {
  return [...row.querySelectorAll('b')].map(({ textContent: words, className }) => ({
    right: words.slice(words.lastIndexOf(' ') + 1),
    words,
    isSure: className === '',
  }));
}

/** Nothing is left of what they head. */
function headed(rows: readonly HTMLElement[]): void {
  for (const body of new Set(rows.map((row) => row.closest('tbody'))))
    if (body?.querySelector('.as') instanceof HTMLElement)
      body.hidden = body.querySelector('tr:not(.as, [hidden])') === null;
}

function groupsOf(section: HTMLElement): Group[] {
  const rows = [...section.querySelectorAll<HTMLElement>(rowsOf)];
  const by = Map.groupBy(rows, (row) => row.closest<HTMLDetailsElement>('details.group') ?? undefined);
  return [...by].map(([within, some]) => ({ rows: some, within }));
}

function wanted(controls: HTMLElement): {
  readonly words: readonly string[];
  readonly fields: readonly (readonly [string, string])[];
} {
  const text = controls.querySelector<HTMLInputElement>('input[type=search]')?.value ?? '';
  const selects = [...controls.querySelectorAll<HTMLSelectElement>('select[data-field]')];
  return {
    words: text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== ''),
    fields: selects.flatMap(({ dataset, value }) =>
      value === '' ? [] : [[dataset['field'] ?? '', value] as const],
    ),
  };
}

/** On paper nothing can be opened. */
export function printing(): void {
  let closed: readonly HTMLDetailsElement[] = [];
  window.addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details')].filter(({ open }) => !open);
    for (const one of closed) one.open = true;
  });
  window.addEventListener('afterprint', () => {
    for (const one of closed) one.open = false;
  });
}

/** A link into something closed, or filtered away, shows it. */
export function anchors(): void {
  const open = () => {
    const target = document.getElementById(partOf(location.hash));
    if (target === null || target.closest('main') === null) return;
    reveal(target);
    const group = target instanceof HTMLDetailsElement ? target : target.querySelector('details');
    if (group === null || group.closest('[id]') !== target) return;
    group.open = true;
    target.scrollIntoView();
    group.querySelector('summary')?.focus();
  };
  window.addEventListener('hashchange', open);
  open();
}

function partOf(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return '';
  }
}

function reveal(target: HTMLElement): void {
  const controls = target.closest('section')?.querySelector<HTMLElement>('.controls[data-for]');
  if (!target.hidden || controls === null || controls === undefined) return;
  for (const field of fieldsOf(controls)) field.value = '';
  controls.dispatchEvent(new Event('input'));
}
