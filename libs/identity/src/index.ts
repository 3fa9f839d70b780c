import { apiKeyCreated, apiKeyRevoked, workspaceCreated } from '@smartscan/contracts/identity';
import {
  AUTHORIZER,
  CLOCK,
  IDS,
  LOG,
  on,
  PLACE,
  provide,
  provideByName,
  UNIT_OF_WORK,
  type Context,
} from '@smartscan/platform/ports';
import { ApiKeyController } from './adapters/api-key.controller.ts';
import { SecretHashes } from './adapters/secret-hashes.ts';
import { WorkspaceController } from './adapters/workspace.controller.ts';
import { Access } from './app/access.ts';
import { accountTable } from './app/accounts.ts';
import { apiKeyTable } from './app/api-keys.ts';
import { CreateApiKey } from './app/create-api-key.ts';
import { CreateWorkspace } from './app/create-workspace.ts';
import { GetWorkspace } from './app/get-workspace.ts';
import { ListApiKeys } from './app/list-api-keys.ts';
import { NewRecords } from './app/new-records.ts';
import { RevokeApiKey } from './app/revoke-api-key.ts';
import { TellKey, TellOwner } from './app/tell-access.ts';
import { VerifyApiKey } from './app/verify-api-key.ts';
import { workspaceTable } from './app/workspaces.ts';

export const identity: Context = {
  name: 'identity',
  controllers: [WorkspaceController, ApiKeyController],
  providers: [
    provide(SecretHashes, []),
    provide(NewRecords, [IDS, CLOCK, PLACE, SecretHashes]),
    provide(Access, [UNIT_OF_WORK, AUTHORIZER, CLOCK, LOG]),
    provide(TellOwner, [Access]),
    provide(TellKey, [Access]),
    provideByName(CreateWorkspace, {
      work: UNIT_OF_WORK,
      records: NewRecords,
      hashes: SecretHashes,
      place: PLACE,
      access: Access,
    }),
    provide(GetWorkspace, [UNIT_OF_WORK]),
    provide(CreateApiKey, [UNIT_OF_WORK, NewRecords, CLOCK, Access]),
    provide(ListApiKeys, [UNIT_OF_WORK]),
    provide(RevokeApiKey, [UNIT_OF_WORK, CLOCK, Access]),
    provide(VerifyApiKey, [UNIT_OF_WORK, CLOCK]),
  ],
  tables: [workspaceTable, accountTable, apiKeyTable],
  migrations: new URL('../migrations/', import.meta.url),
  // Our own events: they bring us back to what a process that died had not told.
  listens: [on(workspaceCreated, TellOwner), on(apiKeyCreated, TellKey), on(apiKeyRevoked, TellKey)],
  schedules: [],
};
