import { DEVICE_TYPES, type DocumentType } from '@smartscan/kernel';

/** What is known of a file before it is decoded. */
export interface FileSize {
  /** `undefined` where nothing was announced. */
  readonly bytes: number | undefined;
  readonly isPdf: boolean;
  /** What the caller says that it is. */
  readonly type: DocumentType | undefined;
}

/** CPU seconds to read a photo of a device, and a page of print. Measured on two cores that others used too. */
const SECONDS_A_DEVICE = 0.5;
const SECONDS_A_PAGE = 1.8;

/** A page of a PDF that holds text has some 30 kB and takes less, one that is a scan some 300 kB. Ours. */
const BYTES_A_PAGE = 200_000;
const MAX_PAGES = 30;

/** What is expected of a body whose length isn't told: a photo. */
const EXPECTED_BYTES = 2_000_000;

/** Seconds of one worker that a file is expected to take, on the machine where that was measured. */
export const workOf = ({ bytes = EXPECTED_BYTES, isPdf, type }: FileSize): number => {
  if (type !== undefined && DEVICE_TYPES.some((device) => device === type)) return SECONDS_A_DEVICE;
  const pages = isPdf ? Math.min(MAX_PAGES, Math.max(1, Math.round(bytes / BYTES_A_PAGE))) : 1;
  return pages * SECONDS_A_PAGE;
};
