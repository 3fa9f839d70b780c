/** The kinds of device display that are read, as the network of displays tells them apart: in the order of its output. */
export const DEVICE_TYPES = [
  'blood_pressure_monitor',
  'glucose_meter',
  'pulse_oximeter',
  'thermometer',
  'weight_scale',
  'body_composition_scale',
  'peak_flow_meter',
  'spirometer',
  'ecg_monitor',
  'hba1c_meter',
  'capnometer',
  'labelled_display',
] as const;
export type DeviceType = (typeof DEVICE_TYPES)[number];

/** The kinds of clinical document that are read. */
export const PAPER_TYPES = ['lab_report', 'prescription', 'insurance_card', 'discharge_summary'] as const;
export type PaperType = (typeof PAPER_TYPES)[number];

/** What can be read: the contracts name them, and `libs/documents` says of each what is read from it. */
export const DOCUMENT_TYPES = [...DEVICE_TYPES, ...PAPER_TYPES] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** What a picture is that shows none of them. */
export const NO_DOCUMENT = 'not_a_medical_document';

/** What a document may be sent as. */
export const DOCUMENT_MEDIA_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/heic',
  'application/pdf',
] as const;
export type DocumentMediaType = (typeof DOCUMENT_MEDIA_TYPES)[number];
