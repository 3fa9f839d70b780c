/** Words that stand in the place of a name and are none. */
const NOT_NAMES = /^(?:name|date|patient|member|id|number|male|female|dob|sex|age|address|phone|mrn|none|unknown)$/i;
/** A part of a name: letters of any script, with the marks that names have. */
const NAME_PART = /^[\p{Lu}\p{Lt}][\p{L}'’.-]*,?$/u;
/** Particles that are written small: van, de la, bin. */
const PARTICLE = /^(?:van|von|der|den|de|del|della|di|da|dos|la|le|el|al|bin|ibn|y|e|zu|ter)$/i;

/**
 * Reads a person's name: two to six parts that begin with a capital, such as a form prints. "was admitted" is none.
 */
export const readName = (text: string): string | undefined => {
  const parts = text
    .trim()
    .replace(/\s*[(|].*$/, '')
    .split(/\s+/);
  if (parts.length < 2 || parts.length > 6) return undefined;
  const isName = parts.every((part) => (NAME_PART.test(part) || PARTICLE.test(part)) && !NOT_NAMES.test(part));
  return isName ? parts.join(' ').replace(/,$/, '') : undefined;
};

/** Reads an identifier: one run of capitals, digits and dashes, with a digit in it unless a code may go without. */
export const readIdentifier = (text: string): string | undefined => {
  const [first = ''] = text.trim().split(/\s+(?=[A-Za-z]{3,}:?|\()/);
  const joined = first.replace(/\s+/g, ' ').replace(/[.,;]$/, '');
  return /^[A-Z0-9][A-Z0-9 -]{1,29}$/.test(joined) && /\d/.test(joined) ? joined : undefined;
};

/** Reads a routing code such as a PCN: one word of capitals and digits. */
export const readCode = (text: string): string | undefined => {
  const [first = ''] = text.trim().split(/\s/);
  return /^[A-Z0-9][A-Z0-9-]{1,19}$/.test(first) ? first : undefined;
};

/** Reads an amount: `$25`, `25 USD`, `$ 1,250.00`. */
export const readMoney = (text: string): { readonly amount: string; readonly currency: string } | undefined => {
  const match = /(?:([$€£])\s?(\d[\d,]*(?:\.\d\d)?))|(?:(\d[\d,]*(?:\.\d\d)?)\s?(USD|EUR|GBP))/.exec(text);
  if (match === null) return undefined;
  const currencies: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP' };
  const amount = (match[2] ?? match[3] ?? '').replace(/,/g, '');
  return { amount, currency: currencies[match[1] ?? ''] ?? match[4] ?? '' };
};

/** ICD-10: a letter, two places, and up to four behind the point (WHO, ICD-10 volume 2; ICD-10-CM has up to seven places). */
const ICD10 = /\b([A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)\b/;

export interface PrintedDiagnosis {
  readonly name: string;
  readonly icd10: PrintedCode | undefined;
}

export interface PrintedCode {
  readonly code: string;
  /** Where in the text it begins; it is as long there. */
  readonly at: number;
  /** Whether it stands there with a letter that no code begins with. */
  readonly isMisread: boolean;
}

/** Whether it is a code of ICD-10 by its form, and nothing else. */
export const isIcd10 = (text: string): boolean => ICD10.exec(text)?.[1] === text;

/** No code begins with a small l: it is an I. A 1 could be a number that is no code. */
const MISREAD_I = /\(l(?=\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\))/;

/** Reads a diagnosis with the code that may stand beside it; bullets and numbers before it go. */
export const readDiagnosis = (text: string): PrintedDiagnosis | undefined => {
  // As long as the text, so that a place in one is the same in the other.
  const corrected = text.replace(MISREAD_I, '(I');
  const found = ICD10.exec(corrected);
  const icd10 = found === null ? undefined : { code: found[1]!, at: found.index, isMisread: corrected !== text };
  const name = corrected
    .replace(icd10?.code ?? '', '')
    .trim()
    .replace(/^(?:[•*·-]|\d{1,2}[.)])\s*/, '')
    .replace(/(?:ICD-?10(?:-CM)?:?|[([]\s*[)\]])/gi, '')
    .replace(/^[\s,:;-]+|[\s,:;-]+$/g, '')
    .trim();
  return /\p{L}{3}/u.test(name) ? { name, icd10 } : undefined;
};

const COUNTS: Readonly<Record<string, string>> = { none: '0', no: '0', zero: '0', one: '1', two: '2', three: '3' };

/** Reads how many: `#30`, `30 tablets`, `none`. */
export const readCount = (text: string): string | undefined => {
  const plain = text.trim().replace(/^#\s*/, '');
  return /^\d{1,4}(?!\d|[.,]\d)/.exec(plain)?.[0] ?? COUNTS[/^[a-z]+/i.exec(plain)?.[0]?.toLowerCase() ?? ''];
};
