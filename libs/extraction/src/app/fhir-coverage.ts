import { DOCUMENT_SYSTEMS } from '@smartscan/contracts/extraction/fhir';
import { conceptOf } from '@smartscan/contracts/fhir/datatypes';
import { identifierOf, someSubjectOf, type InDocument, type Made } from './fhir-context.ts';
import { evidenceOf, ifSaid, orAbsent, placed, textIn, type ReadField, type ResourceOf } from './fhir-fields.ts';

type Coverage = ResourceOf<'Coverage'>;
type Class = NonNullable<Coverage['class']>[number];
type Cost = NonNullable<Coverage['costToBeneficiary']>[number];
type Fields = Readonly<Record<string, ReadField | undefined>>;

/** Fields of a card by what FHIR calls them (terminology.hl7.org/CodeSystem/coverage-class, coverage-copay-type). */
const CLASSES: Readonly<Record<string, Class['type']['coding'][0]['code']>> = {
  group: 'group',
  plan: 'plan',
  rx_bin: 'rxbin',
  rx_pcn: 'rxpcn',
  rx_group: 'rxgroup',
};
const COPAYS: Readonly<Record<string, Cost['type']['coding'][0]['code']>> = {
  copay_primary_care: 'gpvisit',
  copay_specialist: 'spvisit',
  copay_emergency: 'emergency',
  copay_urgent_care: 'urgentcare',
};

const classesOf = (fields: Fields): Class[] =>
  Object.entries(CLASSES).flatMap(([name, code]) => {
    const value = textIn(fields[name]);
    return value === undefined ? [] : [{ type: conceptOf(DOCUMENT_SYSTEMS.coverageClass, code), value }];
  });

/** The amount; its currency, where no other is said, as it is printed. */
const moneyIn = (field: ReadField | undefined, { terms }: InDocument): Cost['valueMoney'] | undefined => {
  const text = textIn(field);
  if (field === undefined || text === undefined) return undefined;
  const said = terms.money(text) ?? { amount: text, currency: terms.money(field.printed)?.currency ?? '' };
  if (!/^\d{1,9}(?:\.\d{1,2})?$/.test(said.amount)) return undefined;
  return { value: Number(said.amount), ...ifSaid('currency', said.currency || undefined) };
};

const costsOf = (fields: Fields, from: InDocument): Cost[] =>
  Object.entries(COPAYS).flatMap(([name, code]) => {
    const valueMoney = moneyIn(fields[name], from);
    return valueMoney === undefined ? [] : [{ type: conceptOf(DOCUMENT_SYSTEMS.copay, code), valueMoney }];
  });

/**
 * What a card says of who pays for whom. `draft`: whether it is in force no card can say, and whoever finds it `active` may
 * bill by it.
 */
export const coverage = (from: InDocument): Made[] => {
  const { answer, at, reading } = from;
  const all: Fields = reading.fields;
  const { member_name: _, ...said } = all;
  const fields = placed(`${at}/fields`, said);
  if (fields.length === 0) return [];
  const [classes, costs] = [classesOf(all), costsOf(all, from)];
  const payer = textIn(all.payer);
  const resource: Coverage = {
    resourceType: 'Coverage',
    extension: evidenceOf(fields, reading.type_confidence),
    identifier: identifierOf(answer, at),
    status: 'draft',
    ...ifSaid('subscriberId', textIn(all.member_id)),
    beneficiary: someSubjectOf(from),
    payor: [orAbsent(payer === undefined ? undefined : { display: payer })],
    ...(classes.length === 0 ? {} : { class: classes }),
    ...(costs.length === 0 ? {} : { costToBeneficiary: costs }),
  };
  return [{ at, resource }];
};
