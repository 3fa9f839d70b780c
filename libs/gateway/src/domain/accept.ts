const QUOTED = /"(?:[^"\\]|\\.)*"/g;

interface Range {
  readonly type: string;
  /** 0: not this. */
  readonly quality: number;
}

/** RFC 9110, section 12.4.2: 0 to 1; what is malformed is taken as if it weren't said. */
function qualityOf(parameters: readonly string[]): number {
  const given = parameters
    .map((one) => /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(one)?.[1])
    .find((q) => q !== undefined);
  return given === undefined ? 1 : Math.min(1, Number(given));
}

const rangesOf = (header: string): readonly Range[] =>
  header
    .replace(QUOTED, '""')
    .split(',')
    .map((one) => one.split(';'))
    .filter(([type = '']) => type.trim() !== '')
    .map(([type = '', ...parameters]) => ({ type: type.trim().toLowerCase(), quality: qualityOf(parameters) }));

/** Of what a header says of a media type the most exact counts: itself, its family, anything (RFC 9110, 12.5.1). */
function qualityFor(type: string, ranges: readonly Range[]): number {
  const family = `${type.split('/', 1)[0] ?? ''}/*`;
  for (const wanted of [type, family, '*/*']) {
    const said = ranges.filter((range) => range.type === wanted).map(({ quality }) => quality);
    if (said.length > 0) return Math.max(...said);
  }
  return 0;
}

/**
 * Which of the offered media types an `Accept` header asks for; the first offered where it makes no difference, or says
 * nothing; `undefined` where it takes none of them. Parameters of media types but `q` are passed over.
 */
export function negotiate(header: string | undefined, offered: readonly string[]): string | undefined {
  const ranges = header === undefined ? [] : rangesOf(header);
  if (ranges.length === 0) return offered[0];
  let best: string | undefined;
  let most = 0;
  for (const type of offered) {
    const quality = qualityFor(type, ranges);
    if (quality > most) [best, most] = [type, quality];
  }
  return best;
}
