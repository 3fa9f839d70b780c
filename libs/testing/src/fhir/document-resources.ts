import type { z } from 'zod';
import { documentBundle, DOCUMENT_EXTENSIONS } from '@smartscan/contracts/extraction/fhir';
import { faultsByOfficialSchema } from './official-schema.ts';

type Bundle = z.output<typeof documentBundle>;
export type Resource = Bundle['entry'][number]['resource'];
export type ResourceOf<Type extends Resource['resourceType']> = Extract<Resource, { resourceType: Type }>;

/** What is wrong with the bundle of a document, by the official schema and by the contract. */
export const faultsOf = (bundle: unknown): string[] => {
  const sent = JSON.parse(JSON.stringify(bundle)) as unknown;
  const issues = documentBundle.safeParse(sent).error?.issues ?? [];
  return [...faultsByOfficialSchema(sent), ...issues.map(({ path, message }) => `${path.join('/')} ${message}`)];
};

/** @throws Error where the bundle is no valid one: whatever a test looks into is valid */
export const resourcesIn = (bundle: Bundle): Resource[] => {
  const faults = faultsOf(bundle);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return bundle.entry.map(({ resource }) => resource);
};

export const resourcesOfType = <Type extends Resource['resourceType']>(
  found: readonly Resource[],
  type: Type,
): ResourceOf<Type>[] => found.filter((one): one is ResourceOf<Type> => one.resourceType === type);

export const codesOf = ({ coding = [] }: { readonly coding?: readonly { readonly code: string }[] | undefined }) =>
  coding.map(({ code }) => code);

/** What a resource says of a field that it is made of, by the names of its parts. */
export const saidOfField = ({ extension }: Resource, pointer: string): Record<string, unknown> => {
  const parts = extension
    .flatMap((one) => (one.url === DOCUMENT_EXTENSIONS.readField ? [one.extension] : []))
    .find((all) => all.some((part) => part.url === 'field' && part.valueString === pointer));
  return Object.fromEntries((parts ?? []).map(({ url, ...value }) => [url, Object.values(value)[0]]));
};
