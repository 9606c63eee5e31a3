import type { PageNode } from '../model.ts';
import { element } from './dom.ts';
import { wordOf } from './drawing.ts';
import { found } from './find.ts';
import type { Bar } from './bar.ts';

/** The box in which a person finds a service or a thing by a part of its name: a combobox, as screen readers know it. */

const most = 40;

interface Parts {
  readonly box: HTMLInputElement;
  readonly list: HTMLUListElement;
  readonly told: HTMLElement;
}

export function search(
  nodes: readonly PageNode[],
  parts: Parts,
  bar: Bar,
  choose: (id: string) => void,
): void {
  const { box, list, told } = parts;
  let hits: readonly PageNode[] = [];
  const pick = (index: number) => {
    const hit = hits[index];
    if (hit === undefined) return;
    show(parts, false);
    box.value = '';
    told.textContent = '';
    bar.set({ find: '' }, 'aside');
    choose(hit.id);
  };
  const look = () => {
    const isAsked = box.value.trim() !== '';
    hits = isAsked ? found(nodes, box.value) : [];
    told.textContent = isAsked ? `${hits.length} found` : '';
    list.replaceChildren(...hits.slice(0, most).map(item));
    mark(parts, 0);
    show(parts, hits.length > 0);
  };
  box.addEventListener('input', () => {
    bar.set({ find: box.value }, 'aside');
    look();
  });
  box.addEventListener('focus', look);
  const fill = () => {
    if (box.value === bar.get('find')) return;
    box.value = bar.get('find');
    look();
  };
  bar.listen(fill);
  fill();
  box.addEventListener('blur', () => show(parts, false));
  box.addEventListener('keydown', (event) => {
    if (!pressed(parts, event.key, pick)) return;
    event.preventDefault();
  });
  // Before the box loses the focus, which would close the list.
  list.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const item = (event.target as Element).closest('li');
    if (item !== null) pick([...list.children].indexOf(item));
  });
}

function pressed(parts: Parts, key: string, pick: (index: number) => void): boolean {
  const { box, list } = parts;
  const [at, last] = [marked(list), list.children.length - 1];
  if (key === 'ArrowDown') mark(parts, at < last ? at + 1 : 0);
  else if (key === 'ArrowUp') mark(parts, at > 0 ? at - 1 : last);
  else if (key === 'Enter') pick(at);
  else if (key === 'Escape') {
    if (list.hidden) {
      box.value = '';
      box.dispatchEvent(new Event('input'));
    }
    show(parts, false);
  } else return false;
  return true;
}

function show({ box, list }: Parts, isOpen: boolean): void {
  list.hidden = !isOpen;
  box.setAttribute('aria-expanded', String(isOpen));
}

function marked(list: HTMLElement): number {
  return [...list.children].findIndex((item) => item.getAttribute('aria-selected') === 'true');
}

function mark({ box, list }: Parts, index: number): void {
  for (const [other, item] of [...list.children].entries())
    item.setAttribute('aria-selected', String(other === index));
  const item = list.children[index];
  if (item === undefined) box.removeAttribute('aria-activedescendant');
  else {
    box.setAttribute('aria-activedescendant', item.id);
    // Asked for with each letter it would lay out the whole page each time.
    if (index > 0) item.scrollIntoView({ block: 'nearest' });
    else list.scrollTop = 0;
  }
}

function item({ kind, label, place }: PageNode, index: number): HTMLLIElement {
  const where = place === '' ? wordOf(kind) : `${wordOf(kind)} in ${place}`;
  return element(
    'li',
    { role: 'option', id: `hit-${index}`, 'aria-selected': 'false' },
    element('span', { class: 'name' }, label),
    element('span', { class: 'says' }, ` ${where}`),
  );
}
