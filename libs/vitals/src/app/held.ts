import { heldTable } from '@smartscan/platform/ports';

/** Recordings, and scans that are not kept and are asked for later. */
export const held = heldTable('vitals');
