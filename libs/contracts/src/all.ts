import './audit.ts';
import './extraction.ts';
import './gateway.ts';
import './identity.ts';
import './retention.ts';
import './vitals.ts';
import './vitals/calibrations.ts';
import './vitals/recordings.ts';

/**
 * The registries, with the contracts of every owner in them. A module of contracts registers what it defines when it is
 * loaded; who needs them all asks here, so that what it sees does not hang on what else was imported before.
 */
export { allEvents } from './event.ts';
export { allOperations } from './operation.ts';
