import { z } from 'zod';
import { DOCUMENT_TYPES, NO_DOCUMENT } from '@smartscan/kernel';

/** What a person says that stands there, beside what the machine read. Never used for training. */
export const review = z.object({
  value: z.union([z.string(), z.number()]).nullable().describe('null: there is no such value'),
  reviewed_at: z.iso.datetime(),
  reviewed_by: z.string().describe('Id of the key or the person that said so'),
});

const point = z.tuple([z.number(), z.number()]);

/** One thing that was read. */
export const readField = z.object({
  value: z.union([z.string(), z.number()]).nullable().describe('null where it is refused'),
  printed: z.string().describe('As it stands there, to the last digit'),
  confidence: z.number().min(0).max(1),
  status: z.enum(['ok', 'low_confidence', 'refused']),
  reasons: z.array(z.string()),
  page: z.int().min(1),
  polygon: z.array(point).length(4).describe('Where it was read, in pixels of the page: `pages` say how large that is'),
  alternatives: z.array(z.object({ value: z.string(), confidence: z.number() })),
  review: review.optional(),
});

/** A value with its unit and codes. */
export const measuredField = readField.extend({
  unit: z.string().nullable().describe('As it is printed'),
  ucum: z.string().nullable(),
  loinc: z.string().nullable(),
  comparator: z.enum(['<', '<=', '>', '>=']).nullable(),
  comparable: z
    .object({ value: z.number(), ucum: z.string() })
    .nullable()
    .describe('The same in the unit that values of this analyte are compared in'),
});

export const labResult = z.object({
  name: z.string().describe('As printed'),
  analyte: z.string().nullable(),
  result: measuredField,
  reference: z.object({ printed: z.string(), low: z.number().nullable(), high: z.number().nullable() }).nullable(),
  flag: z.enum(['high', 'low', 'critical_high', 'critical_low', 'abnormal']).nullable(),
});

export const medication = z.object({
  name: readField,
  strength: readField.nullable(),
  form: readField.nullable(),
  sig: readField.nullable().describe('Directions'),
  quantity: readField.nullable(),
  refills: readField.nullable(),
});

export const diagnosis = z.object({
  diagnosis: readField,
  icd10: readField.nullable().describe('The code that is printed beside it; null where none is'),
});
export const vitalSign = z.object({ analyte: z.string(), result: measuredField });

/** How well a picture can be read, and what to do when it is taken again. */
export const readQuality = z.object({
  edge_width_px: z.number().nullable().describe('How wide its sharper edges are; null where it was not measured'),
  glare: z.number().nullable().describe('0-1: the part that is burnt out in spots'),
  text_height_px: z.number().nullable(),
  problems: z.array(z.string()),
  advice: z.array(z.string()),
});

/** A document, or one device of those on a photo. */
export const reading = z.object({
  type: z.enum([...DOCUMENT_TYPES, NO_DOCUMENT]),
  type_confidence: z.number().min(0).max(1),
  screen: z
    .object({ kind: z.enum(['current', 'stored', 'average', 'error']), printed: z.string().nullable() })
    .nullable()
    .describe('What a device shows: a measurement of now, one that it stored, an average, an error. null: no device'),
  quality: readQuality,
  fields: z.record(z.string(), z.union([measuredField, readField])),
  results: z.array(labResult).optional(),
  medications: z.array(medication).optional(),
  diagnoses: z.array(diagnosis).optional(),
  vital_signs: z.array(vitalSign).optional(),
  follow_up: z.array(readField).optional(),
});

export const readPage = z.object({
  width: z.int(),
  height: z.int(),
  source: z.enum(['picture', 'text_layer']).describe('Whether its text was read from its picture or stood in the PDF'),
});
