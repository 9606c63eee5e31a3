import { theOne } from './dom.ts';
import { grid } from './grid.ts';
import { map, type MapData } from './map.ts';
import { anchors, printing, tables } from './tables.ts';

// The page is whole without this: what is added is the map, and the filters of the tables.
map(JSON.parse(theOne('data', HTMLScriptElement).text) as MapData);
tables();
grid();
printing();
anchors();
