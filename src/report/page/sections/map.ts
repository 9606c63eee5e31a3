import { html, type Html } from '../html.ts';
import type { PageModel } from '../model.ts';
import { count, section } from './parts.ts';

/** Where the script draws. */
export function mapOf(model: PageModel): Html {
  return section(
    'map',
    'Map',
    html`<p id="no-map" class="left">
      The map needs JavaScript. All that it shows is in the table of access below, too.
    </p>`,
    controls(model),
    picture(model),
    notes(model),
  );
}

function controls({ nodes, brokers }: PageModel): Html {
  const kinds = [...new Set(nodes.map(({ kind }) => kind))].filter((kind) => kind.includes(':'));
  const boxes = kinds.map((kind) => box('kind', kind, `${kind.split(':').at(-1) ?? kind}s`));
  return html`<div class="controls" id="map-controls" hidden>
    ${searching}
    <div class="buttons">
      <button type="button" id="map-all" hidden>Show everything</button>
      <button type="button" id="map-smaller" aria-label="Smaller">−</button
      ><button type="button" id="map-fit">Fit</button
      ><button type="button" id="map-larger" aria-label="Larger">+</button>
    </div>
    <details class="filters" open>
      <summary>Filter</summary>
      <div class="controls">
        ${select(
          'map-broker',
          'Broker',
          brokers.map(({ name, title }) => [name, title]),
        )}
        ${select('map-owner', 'Owner', [])}
        <label for="map-hops"
          >Reach
          <select id="map-hops">
            <option value="1">to the next services</option>
            <option value="2">one service farther</option>
            <option value="3">two services farther</option>
          </select></label
        >
        <fieldset>
          <legend>Draw</legend>
          ${boxes}
        </fieldset>
        <fieldset>
          <legend>Lines</legend>
          ${box('edge', 'writes', 'writes')}${box('edge', 'reads', 'reads')}${box('edge', 'flows', 'flows')}
        </fieldset>
      </div>
    </details>
  </div>`;
}

const searching = html`<div class="search">
  <label for="map-search">Search</label>
  <input
    id="map-search"
    type="search"
    role="combobox"
    aria-expanded="false"
    aria-controls="map-hits"
    aria-autocomplete="list"
    autocomplete="off"
    spellcheck="false"
    placeholder="a service, queue, topic"
  />
  <span id="map-found" role="status" class="told"></span>
  <ul id="map-hits" role="listbox" aria-label="Found" hidden></ul>
</div>`;

function picture({ nodes }: PageModel): Html {
  const kinds = Map.groupBy(nodes, ({ kind }) => kind.slice(kind.indexOf(':') + 1));
  const chips = [...kinds].map(
    ([word, some]) =>
      html`<span
        ><span class="chip is-${word}" aria-hidden="true">${word.slice(0, 1).toUpperCase()}</span
        >${count(some.length, word)}</span
      > `,
  );
  return html`<div id="map-body" hidden>
    <p id="map-told" role="status" class="told"></p>
    <div class="map">
      <div>
        <div id="canvas" class="scroll"></div>
        <p class="legend">${chips}${lines}</p>
      </div>
      <aside id="details" aria-label="What is chosen on the map"></aside>
    </div>
  </div>`;
}

const lines = html`<span><span class="line is-writes"></span>writes</span>
  <span><span class="line is-flows"></span>flows by a binding, an alternate exchange or dead letters</span>
  <span><span class="line is-reads"></span>is read</span>
  <span><span class="line is-flows unsure"></span>perhaps</span>`;

function notes({ notes }: PageModel): Html {
  if (notes.length === 0) return html``;
  const items = notes.map((note) => html`<li>${note}</li>`);
  return html`<details id="left-out">
    <summary>What the map and the tables leave out</summary>
    <ul>
      ${items}
    </ul>
  </details>`;
}

function select(id: string, title: string, options: readonly (readonly [string, string])[]): Html {
  const all = options.map(([value, words]) => html`<option value="${value}">${words}</option>`);
  return html`<label for="${id}"
    >${title}
    <select id="${id}">
      <option value="">all</option>
      ${all}
    </select></label
  >`;
}

function box(name: string, value: string, words: string): Html {
  return html`<label><input type="checkbox" name="${name}" value="${value}" checked /> ${words}</label> `;
}
