import { theOne } from './dom.ts';
import { grid } from './grid.ts';
import { type Packed, unpacked } from '../packed.ts';
import { map } from './map.ts';
import { addressBar } from './bar.ts';
import { anchors, printing, tables } from './tables.ts';

// The page is whole without this: what is added is the map, and the filters of the tables.
const data = JSON.parse(theOne('data', HTMLScriptElement).text) as Packed;
const { nodes, edges } = unpacked(data);
const bar = addressBar();
map(nodes, edges, bar);
tables(bar);
grid();
printing();
anchors();
