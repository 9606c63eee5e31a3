/**
 * A value as JSON, indented. What a terminal would obey or not show (controls past ASCII, line separators, marks of direction)
 * is escaped, and so is what a build server takes for a command in its log (`##[…]`): the same data for a script, and nothing that could make
 * one name look like another for a person.
 */
export function asJson(value: unknown): string {
  // JSON.stringify escapes the controls below U+0020 itself, and leaves none but its own line breaks.
  return escapeMarks(JSON.stringify(value, undefined, 2));
}

/** The same data, for JSON that is laid out in another way. */
export function escapeMarks(json: string): string {
  return json.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]|#(?=#[A-Za-z]*\[)/gu, escapeUnits);
}

/** By UTF-16 unit: JSON has no escape for what lies past U+FFFF. */
function escapeUnits(mark: string): string {
  const units = Array.from({ length: mark.length }, (_, at) => mark.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
