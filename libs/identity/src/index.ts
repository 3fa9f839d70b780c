import { CLOCK, IDS, PLACE, provide, UNIT_OF_WORK, type Context } from '@smartscan/platform/ports';
import { ApiKeyController } from './adapters/api-key.controller.ts';
import { SecretHashes } from './adapters/secret-hashes.ts';
import { WorkspaceController } from './adapters/workspace.controller.ts';
import { accountTable } from './app/accounts.ts';
import { apiKeyTable } from './app/api-keys.ts';
import { CreateApiKey } from './app/create-api-key.ts';
import { CreateWorkspace } from './app/create-workspace.ts';
import { GetWorkspace } from './app/get-workspace.ts';
import { ListApiKeys } from './app/list-api-keys.ts';
import { NewRecords } from './app/new-records.ts';
import { RevokeApiKey } from './app/revoke-api-key.ts';
import { VerifyApiKey } from './app/verify-api-key.ts';
import { workspaceTable } from './app/workspaces.ts';

export const identity: Context = {
  name: 'identity',
  controllers: [WorkspaceController, ApiKeyController],
  providers: [
    provide(SecretHashes, []),
    provide(NewRecords, [IDS, CLOCK, PLACE, SecretHashes]),
    provide(CreateWorkspace, [UNIT_OF_WORK, NewRecords, SecretHashes, PLACE]),
    provide(GetWorkspace, [UNIT_OF_WORK]),
    provide(CreateApiKey, [UNIT_OF_WORK, NewRecords, CLOCK]),
    provide(ListApiKeys, [UNIT_OF_WORK]),
    provide(RevokeApiKey, [UNIT_OF_WORK, CLOCK]),
    provide(VerifyApiKey, [UNIT_OF_WORK, CLOCK]),
  ],
  tables: [workspaceTable, accountTable, apiKeyTable],
  migrations: new URL('../migrations/', import.meta.url),
  listens: [],
  schedules: [],
};
