import { MARKER_DOMAINS, MARKER_NAMES_BY_DOMAIN, type MarkerDomain, type MarkerName } from '@smartscan/kernel';
import { AUTONOMIC } from './markers/autonomic.ts';
import { CALIBRATED } from './markers/calibrated.ts';
import { CARDIOVASCULAR } from './markers/cardiovascular.ts';
import { COMPOSITE } from './markers/composite.ts';
import type { MarkerDefinition } from './markers/definition.ts';
import { RESPIRATORY } from './markers/respiratory.ts';

/** Every marker, once: results, OpenAPI, FHIR, documents and tests are made from this. */
export const MARKERS: Readonly<Record<MarkerName, MarkerDefinition>> = {
  ...CARDIOVASCULAR,
  ...RESPIRATORY,
  ...AUTONOMIC,
  ...COMPOSITE,
  ...CALIBRATED,
};

export const domainOf = (name: MarkerName): MarkerDomain =>
  MARKER_DOMAINS.find((domain) => (MARKER_NAMES_BY_DOMAIN[domain] as readonly MarkerName[]).includes(name))!;
