import { z } from 'zod';
import { CODE_SYSTEMS, CONFIDENCE, OBSERVATION_CATEGORIES, type ObservationCategory } from './terms.ts';

/**
 * The datatypes of FHIR R4 that answers use, as strict as its specification: an unknown member, a code outside its value
 * set, or a broken invariant is a defect of ours.
 */

/** `string`: not empty, no space at either end in anything that we say. */
export const text = z.string().regex(/^\S(?:[\s\S]*\S)?$/);
export const uri = z.string().regex(/^\S+$/);
/** `code`: no space but single ones inside. */
export const code = z.string().regex(/^\S+(?: \S+)*$/);
/** `instant`, and `dateTime` with a time, which must name a zone. */
export const instant = z.iso.datetime({ offset: true });
/** `date`, and `dateTime` without a time. */
export const date = z.iso.date();
export const elementId = z.string().regex(/^[A-Za-z0-9.-]{1,64}$/);

export const coding = z.strictObject({ system: uri, code, display: text.optional() });
export const codeableConcept = z
  .strictObject({ coding: z.array(coding).min(1).optional(), text: text.optional() })
  .refine((concept) => concept.coding !== undefined || concept.text !== undefined);
/** A concept of which one code of a fixed system says all. */
export const conceptIn = <S extends string, C extends string>(system: S, codes: readonly C[]) =>
  z.strictObject({
    coding: z.tuple([z.strictObject({ system: z.literal(system), code: z.enum(codes), display: text.optional() })]),
    text: text.optional(),
  });

/** What kind of observation it is, in HL7's words. */
export const categories = z.tuple([
  conceptIn(CODE_SYSTEMS.category, Object.keys(OBSERVATION_CATEGORIES) as ObservationCategory[]),
]);

export const identifier = z.strictObject({ system: uri.optional(), value: text });
/** qty-3: a code comes with its system. */
export const quantity = z.strictObject({ value: z.number(), unit: text, system: z.literal(CODE_SYSTEMS.ucum), code });

/** ext-1: one value each, or parts. */
export const confidenceExtension = z.strictObject({
  url: z.literal(CONFIDENCE),
  valueDecimal: z.number().min(0).max(1),
});

/** A person as the customer names them. */
export const patientReference = z.strictObject({ type: z.literal('Patient'), identifier });
/** Something in the same resource. */
export const containedReference = z.strictObject({ reference: z.string().regex(/^#[A-Za-z0-9.-]{1,64}$/) });
/** dom-3: what is contained is referred to. */
export const isContained = (reference: string | undefined, contained: readonly { readonly id: string }[]): boolean =>
  contained.length === 1 && reference === `#${contained[0]?.id ?? ''}`;

export const fullUrl = z.string().regex(/^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** What an answer is: a collection of resources, each with a name of its own. */
export const collectionOf = <R extends z.ZodType>(resource: R) =>
  z
    .strictObject({
      resourceType: z.literal('Bundle'),
      identifier,
      type: z.literal('collection'),
      timestamp: instant,
      entry: z.array(z.strictObject({ fullUrl, resource })).min(1),
    })
    // bdl-7: full URLs are unique.
    .refine(({ entry }) => new Set(entry.map((one) => one.fullUrl)).size === entry.length);

// --- How they are made ----------------------------------------------------------------------------------------------

/** A value in a unit of UCUM. */
export const quantityOf = (value: number, ucum: string): z.output<typeof quantity> => ({
  value,
  unit: ucum,
  system: CODE_SYSTEMS.ucum,
  code: ucum,
});

/** A concept of one code of HL7's. */
export const conceptOf = <S extends string, C extends string>(system: S, value: C) => ({
  coding: [{ system, code: value }] as [{ system: S; code: C }],
});

export const categoryOf = (category: ObservationCategory): z.output<typeof categories> => {
  const display = OBSERVATION_CATEGORIES[category];
  return [{ coding: [{ system: CODE_SYSTEMS.category, code: category, display }], text: display }];
};

export const patientOf = (id: string): z.output<typeof patientReference> => ({
  type: 'Patient',
  identifier: { value: id },
});
