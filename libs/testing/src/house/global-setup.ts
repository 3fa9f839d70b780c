import { startTestPostgres } from '@smartscan/platform/embedded';

/** One bundled PostgreSQL for a whole run of jest; each test file makes a database of its own on it. */
export default async function globalSetup(): Promise<void> {
  const server = await startTestPostgres();
  process.env['TEST_POSTGRES'] = JSON.stringify(server.superuser);
  (globalThis as { stopTestPostgres?: () => Promise<void> }).stopTestPostgres = server.stop;
}
