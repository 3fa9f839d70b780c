/**
 * The vocabulary of privacy: what data there is, what it is for, and why somebody may look at it. Tables, events,
 * operations and subprocessor flows each name their entry here; there is no other list.
 */

/** Data categories (P13): each has a retention rule of its own. `phi`: protected health information. */
export const DATA_CATEGORIES = {
  vitals: { phi: true, title: 'Vitals and what was measured with them' },
  extracted_data: { phi: true, title: 'Data read from device photos and clinical documents' },
  document_images: { phi: true, title: 'Device photos and pages of clinical documents, as pictures' },
  subject_metadata: { phi: true, title: 'Patient and visit ids that a customer attached' },
  sdk_telemetry: { phi: false, title: 'Camera model, OS version, orientation, ambient light, face quality' },
  account_profile: { phi: false, title: 'Name, email, company, country, password hash' },
  credential: { phi: false, title: 'Hashes of API keys' },
  workspace: { phi: false, title: 'Workspaces and their settings' },
  idempotency: { phi: false, title: 'Digests of requests that carried an Idempotency-Key' },
  audit_log: { phi: false, title: 'Who did what, when and why' },
  domain_event: { phi: false, title: 'Facts that contexts tell each other: ids, counts and enums' },
  key_material: { phi: false, title: 'Wrapped encryption keys' },
  operations: { phi: false, title: 'Bookkeeping of the platform itself' },
} as const satisfies Record<string, { readonly phi: boolean; readonly title: string }>;
export type DataCategory = keyof typeof DATA_CATEGORIES;
export const isPhi = (category: DataCategory): boolean => DATA_CATEGORIES[category].phi;

/** Purposes of processing (P20): a closed list. */
export const PROCESSING_PURPOSES = {
  provide_service: 'Measure, extract and return what the customer asked for',
  administer_account: 'Keep workspaces, people and keys',
  secure_service: 'Authenticate, audit, prevent abuse',
  enforce_retention: 'Delete what is past its time',
  improve_reliability: 'Find faults by device class, without a person',
} as const satisfies Record<string, string>;
export type ProcessingPurpose = keyof typeof PROCESSING_PURPOSES;

/** Why protected health information may be read (P16): there is no read without one of these. */
export const ACCESS_PURPOSES = ['return_result', 'support_ticket', 'legal_retention', 'emergency_access'] as const;
export type AccessPurpose = (typeof ACCESS_PURPOSES)[number];
