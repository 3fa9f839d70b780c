import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';

/** The same file from `src` and from `dist`. */
const FILE = join(import.meta.dirname, '../../src/fhir/r4.schema.json');

const validate = new Ajv({ allErrors: true })
  .addSchema(JSON.parse(readFileSync(FILE, 'utf8')) as object, 'r4')
  .compile({ $ref: 'r4#/definitions/Bundle' });

/**
 * What is wrong with a Bundle by HL7's own schema of FHIR R4: shapes, closed objects, value sets of codes. Invariants are
 * not in it.
 *
 * @param bundle as it is sent: it is taken through JSON first
 */
export const faultsByOfficialSchema = (bundle: unknown): string[] => {
  validate(JSON.parse(JSON.stringify(bundle)) as unknown);
  return (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message ?? ''}`);
};
