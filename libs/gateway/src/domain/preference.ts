const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** Whether a `Prefer` header asks to be answered at once (RFC 7240, section 4.1). Anything else in it is passed over. */
export function prefersAsync(header: string | undefined): boolean {
  if (header === undefined) return false;
  return header
    .replace(QUOTED, '""')
    .split(',')
    .some((preference) => preference.split(';', 1)[0]?.trim().toLowerCase() === 'respond-async');
}
