import { authorizerConformance } from '@smartscan/testing/authorizer';
import type { Connection } from '../embedded/postgres/connection.ts';
import { embeddedAuthorizer } from './authorizers.ts';
import { testAuthorizers } from './test-authorizers.ts';

/** The server of the whole test run. */
const superuser = JSON.parse(process.env['TEST_POSTGRES'] ?? 'null') as Connection;

authorizerConformance('the authorizer in the process', async () => {
  const test = await testAuthorizers(superuser);
  return {
    open: () => test.open(embeddedAuthorizer),
    sever: () => test.close(),
    mend: () => test.reopen(),
    dispose: () => test.dispose(),
  };
});
