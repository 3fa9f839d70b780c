/** A unit in which devices of a kind show a field. */
export interface ShownUnit {
  /** Key of the analyte that a value in this unit is one of; null where no code of LOINC is known to us. */
  readonly analyte: string | null;
  /** What such devices show, in this unit: beyond it they show Lo, Hi or an error. */
  readonly range: readonly [least: number, most: number];
  /** How many digits they show behind the point. */
  readonly decimals: readonly number[];
  /**
   * What a value that fits no other unit of its field is where the unit isn't seen: one in this unit, as everywhere; one in
   * this unit, but that is said; or none, since a point that all readers overlooked would make this unit of another one.
   */
  readonly unseen: 'taken' | 'said' | 'refused';
}

/** A value that a device shows. */
export interface DeviceField {
  readonly meaning: string;
  /** As devices print or light them; empty where the value is known by its place alone. */
  readonly labels: readonly string[];
  /** By UCUM code. */
  readonly units: Readonly<Record<string, ShownUnit>>;
}

/** How the values of a display stand. */
export interface DisplayLayout {
  /** Fields that are known by their place where no label says which is which: from the top, and from the left in a row. */
  readonly order: readonly string[];
  /** Whether devices of this kind all keep to that order; else a value whose role its place alone tells is said to be so. */
  readonly orderIs: 'always' | 'mostly';
  /** Fields without which a display of this kind tells nothing. */
  readonly needed: readonly string[];
  /** Pairs of fields of which the first is the larger number. */
  readonly greater: readonly (readonly [string, string])[];
  /**
   * A line without a label is a value where its digits are at least this part of the tallest ones: clocks, dates and the
   * numbers of stored readings are smaller.
   */
  readonly leastHeight: number;
}

export interface KindOfDevice {
  readonly title: string;
  readonly fields: Readonly<Record<string, DeviceField>>;
  readonly layout: DisplayLayout;
  /** The field that `Lo` and `Hi` speak of; null where the kind doesn't show them. */
  readonly beyond: string | null;
}
