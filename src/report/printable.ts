/**
 * Names come from files and brokers that others write: control characters, line breaks, the marks that turn the direction of text, and
 * what is no character at all (XML has no place for it) are shown as escapes, so that a name can neither move the cursor, nor forge a
 * line, nor pose as another. So is what begins a command to a build server in its log: `##[…]` and `##vso[…]` anywhere, `::…::` in front.
 */
export function printable(text: string): string {
  // Nearly every name is plain ASCII, which takes a tenth of the time to see.
  if (/^[ -~]*$/.test(text) && !/##|^ *::/.test(text)) return text;
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|#(?=#[A-Za-z]*\[)|(?<=^ *):(?=:[A-Za-z-]+(?: .*)?::)/gu,
    (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
