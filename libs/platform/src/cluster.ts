export { cluster } from './cluster/place.ts';
export { migrationSettings, serviceSettings } from './cluster/settings.ts';
export { runMigration } from './cluster/migration.ts';
export { runReplay } from './cluster/replay.ts';
export { readServiceSettings, runService } from './cluster/service.ts';
