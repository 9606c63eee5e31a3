/** What stands or goes as a whole when there is not room for everything. */
export interface Piece {
  readonly text: string;
  readonly service: string;
  /** `changes`, `blocked`, … : what the reader is told is left out. */
  readonly of: string;
}

export interface Fitted {
  readonly shown: readonly Piece[];
  readonly left: readonly Piece[];
}

/** As many from the beginning as fit into so many characters, each with a line break. */
export function fit(pieces: readonly Piece[], room: number): Fitted {
  let used = 0;
  const cut = pieces.findIndex(({ text }) => (used += text.length + 1) > room);
  return cut < 0 ? { shown: pieces, left: [] } : { shown: pieces.slice(0, cut), left: pieces.slice(cut) };
}

export interface Size {
  /** With less than this it cannot be shown at all, and takes nothing. */
  readonly least: number;
  readonly whole: number;
}

/** Fair shares of the room: who needs less than an even share gets that, and the others divide the rest. */
export function shares(sizes: readonly Size[], room: number): number[] {
  const given = new Array<number>(sizes.length).fill(0);
  const rising = sizes.map((size, at) => ({ size, at })).sort((a, b) => a.size.whole - b.size.whole);
  let left = room;
  for (const [done, { size, at }] of rising.entries()) {
    const share = Math.min(size.whole, Math.floor(left / (rising.length - done)));
    if (share < size.least) continue;
    given[at] = share;
    left -= share;
  }
  return given;
}
