import { element, theOne } from './dom.ts';
import { rightsIn, rowsOf } from './tables.ts';

/** The rows of access that the filter leaves as a grid: things down, holders across. Where it is too large to be read, the list stays. */

const most = { holders: 45, things: 200 };

export function grid(): void {
  const place = theOne('access-grid', HTMLElement);
  const list = theOne('access-list', HTMLElement);
  const button = element('button', { type: 'button' }, 'As a list');
  const controls = document.querySelector('.controls[data-for="access"]');
  controls?.append(button);
  let isGrid = true;
  const redraw = () => {
    const found = isGrid ? gridOf(list) : undefined;
    place.replaceChildren(...(found === undefined ? [] : [found]));
    place.hidden = found === undefined;
    list.hidden = found !== undefined;
    button.textContent = found === undefined ? 'As a grid' : 'As a list';
    button.disabled = found === undefined && isGrid;
    button.title = button.disabled ? 'Filter first: there is too much for a grid' : '';
  };
  button.addEventListener('click', () => {
    isGrid = !isGrid;
    redraw();
  });
  controls?.addEventListener('input', redraw);
  // A link to a part of the list.
  const come = () => {
    if (!location.hash.startsWith('#access-of-')) return;
    isGrid = false;
    redraw();
  };
  redraw();
  come();
  window.addEventListener('hashchange', come);
}

function gridOf(list: HTMLElement): HTMLElement | undefined {
  if (list.querySelectorAll(':scope > details:not([hidden])').length > most.holders) return undefined;
  const rows = [...list.querySelectorAll<HTMLElement>(rowsOf)].filter((row) => !row.hidden);
  const holders = Map.groupBy(rows, (row) => row.closest<HTMLElement>('details')?.dataset['of'] ?? '');
  const things = Map.groupBy(rows, nameOf);
  if (rows.length === 0 || things.size > most.things) return undefined;
  const heads = [...holders.values()].map(([row]) => {
    const name = row?.closest('details')?.querySelector('summary .name')?.textContent ?? '';
    return element('th', { scope: 'col', title: name }, name);
  });
  const lines = [...things]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, some]) => {
      const by = new Map(some.map((row) => [row.closest<HTMLElement>('details')?.dataset['of'] ?? '', row]));
      return element('tr', {}, head(some[0]), ...[...holders.keys()].map((holder) => cell(by.get(holder))));
    });
  return element(
    'div',
    {},
    element(
      'p',
      { class: 'told' },
      'R read, W write, C configure, D describe; others by their beginning, or by the initials of their words; ? perhaps',
    ),
    element(
      'div',
      { class: 'scroll grid-room', tabindex: 0, role: 'region', 'aria-label': 'Access as a grid' },
      element(
        'table',
        { class: 'grid' },
        element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Thing'), ...heads)),
        element('tbody', {}, ...lines),
      ),
    ),
  );
}

/** The same for the same thing, whoever has it. */
function nameOf(row: HTMLElement): string {
  const [kind, name] = [row.querySelector('td')?.textContent, row.querySelector('th')?.textContent];
  return JSON.stringify([row.closest('tbody')?.dataset['broker'], kind, name]);
}

function head(row: HTMLElement | undefined): HTMLElement {
  const [name, kind] = [row?.querySelector('th'), row?.querySelector('td')];
  return element(
    'th',
    { scope: 'row' },
    ...[...(name?.childNodes ?? [])].map((node) => node.cloneNode(true)),
    element('span', { class: 'says' }, ` ${kind?.textContent ?? ''}`),
  );
}

function cell(row: HTMLElement | undefined): HTMLElement {
  const rights = (row === undefined ? [] : rightsIn(row)).flatMap(({ right, words, isSure }) => [
    element(
      'abbr',
      { title: words, class: isSure ? undefined : 'perhaps' },
      isSure ? letters(right) : `${letters(right)}?`,
    ),
    ' ',
  ]);
  return element('td', { class: rights.length > 0 ? 'has' : undefined }, ...rights);
}

/** `R` for read, `Del` for delete, `DC` for describe_configs. */
function letters(right: string): string {
  const words = right.split('_');
  if (words.length > 1) return words.map((word) => word.slice(0, 1).toUpperCase()).join('');
  const isKnown = ['read', 'write', 'configure', 'describe'].includes(right);
  return right.slice(0, 1).toUpperCase() + right.slice(1, isKnown ? 1 : 3);
}
