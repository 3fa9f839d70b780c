import type { Quad } from '../picture/geometry.ts';
import { confidenceOf, quadOfSlice, textOf, type Slice } from '../layout/spans.ts';

export type FieldStatus = 'ok' | 'low_confidence' | 'refused';

export type FieldReason =
  /** The recogniser was not sure of a character. */
  | 'uncertain_characters'
  /** What stands there is not what belongs there. */
  | 'unreadable'
  /** Two places of the document say different things. */
  | 'conflicting'
  /** A date, a number or a name that could be two. */
  | 'ambiguous'
  /** No human has that. */
  | 'implausible'
  /** A value without a unit, or with one that is not known. */
  | 'unit_missing'
  | 'unit_unknown'
  /** A unit that this analyte is not measured in. */
  | 'unit_unfit'
  | 'analyte_unknown'
  /** The name was recognised by likeness. */
  | 'name_inexact'
  /** Fewer or more digits behind the point than its reference range. */
  | 'decimals_differ'
  /** The printed flag says other than value and range do. */
  | 'flag_disagrees'
  /** The readers of a display saw different digits. */
  | 'readers_disagree'
  /** Only one of the readers saw it. */
  | 'single_reader'
  /** Only one of them saw the decimal point, or a point that was overlooked would make another value of it. */
  | 'point_uncertain'
  /** Digits at the picture's edge: there may be more of them beyond it. */
  | 'at_edge'
  /** No unit is to be seen; the one that is given is the only one in which such devices show such a number. */
  | 'unit_assumed'
  /** No label says what it is, and its place alone tells less than surely. */
  | 'role_by_place'
  /** What kind of device it is isn't sure. */
  | 'kind_uncertain'
  /** No label and no unit says of what kind the device is: its looks alone do. */
  | 'kind_by_looks'
  /** The device shows an error, or that the value lies beyond what it measures. */
  | 'error_screen'
  | 'below_range'
  | 'above_range'
  /** The device shows a reading that it stored, or the average of several: not what it measures now. */
  | 'stored_reading'
  | 'average';

export interface Alternative {
  readonly value: string;
  readonly confidence: number;
}

/** One thing that was read. */
export interface Field<Value = string> {
  /** Null where it is refused. */
  readonly value: Value | null;
  /** As it stands there. */
  readonly printed: string;
  /** 0-1: the least certain of its characters. */
  readonly confidence: number;
  readonly status: FieldStatus;
  readonly reasons: readonly FieldReason[];
  /** From 1. */
  readonly page: number;
  /** Where it was read, in pixels of the page as it was sent. */
  readonly polygon: Quad;
  readonly alternatives: readonly Alternative[];
}

/** A measured value with its unit and codes. */
export interface MeasuredField extends Field<number> {
  readonly unit: string | null;
  readonly ucum: string | null;
  readonly loinc: string | null;
  readonly comparator: '<' | '<=' | '>' | '>=' | null;
  /** The same in the unit that values of this analyte are compared in. */
  readonly comparable: { readonly value: number; readonly ucum: string } | null;
}

/**
 * What is less certain than this is `low_confidence`. Ours: on sharp pages the least certain character of a right reading
 * is nearly always above it.
 */
export const LOW_CONFIDENCE = 0.5;
/** What is less certain than this is refused. Ours. */
const REFUSED = 0.25;

/** Reasons for which a value is not given at all. */
const REFUSING: ReadonlySet<FieldReason> = new Set([
  ...(['unreadable', 'ambiguous', 'implausible', 'unit_unfit'] as const),
  ...(['readers_disagree', 'at_edge', 'kind_uncertain', 'error_screen', 'below_range', 'above_range'] as const),
]);

/** Nothing, or the same in another width: a comma of a Chinese typeface. */
const isNoOther = (second: string, own: string): boolean =>
  second === '' || second.normalize('NFKC') === own.normalize('NFKC');

/** What another character in the least certain place would make of it. */
const alternativesOf = ({ span, from, to }: Slice): Alternative[] => {
  const characters = span.characters.slice(from, to);
  return characters.flatMap(({ character: own, second, confidence }, at) =>
    second === undefined || second.confidence < 0.05 || confidence > 0.95 || isNoOther(second.character, own)
      ? []
      : [
          {
            value: characters.map(({ character }, i) => (i === at ? second.character : character)).join(''),
            confidence: rounded(second.confidence),
          },
        ],
  );
};

export interface Reading<Value> {
  readonly slice: Slice;
  readonly value: Value | undefined;
  readonly reasons?: readonly FieldReason[];
  readonly alternatives?: readonly Alternative[];
}

export const statusOf = (reasons: readonly FieldReason[], confidence: number): FieldStatus => {
  if (confidence < REFUSED || reasons.some((reason) => REFUSING.has(reason))) return 'refused';
  return reasons.length > 0 ? 'low_confidence' : 'ok';
};

/** Confidences are given to three places. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** A field out of what was read; refused, it has no value, and what was read is among its alternatives. */
export const fieldOf = <Value>({ slice, value, reasons = [], alternatives }: Reading<Value>): Field<Value> => {
  const confidence = rounded(confidenceOf(slice));
  const all = new Set(reasons);
  if (value === undefined) all.add('unreadable');
  if (confidence < LOW_CONFIDENCE) all.add('uncertain_characters');
  const status = statusOf([...all], confidence);
  const printed = textOf(slice);
  const others = alternatives ?? alternativesOf(slice);
  return {
    value: status === 'refused' ? null : value!,
    printed,
    confidence,
    status,
    reasons: [...all],
    page: slice.span.page,
    polygon: quadOfSlice(slice),
    alternatives:
      status === 'refused' && alternatives === undefined ? [{ value: printed, confidence }, ...others] : others,
  };
};
