/**
 * Names come from files and brokers that others write: control characters, line breaks and the marks that turn the
 * direction of text are shown as escapes, so that a name can neither move the cursor, nor forge a line, nor pose as another.
 */
export function printable(text: string): string {
  // Nearly every name is plain ASCII, which takes a tenth of the time to see.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
