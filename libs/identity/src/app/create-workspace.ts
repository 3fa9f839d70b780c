import { apiKeyCreated, workspaceCreated, type createWorkspace } from '@smartscan/contracts/identity';
import { SCOPES, type InputOf, type OutputOf, type Scope } from '@smartscan/contracts/operation';
import { Fault, type Region } from '@smartscan/kernel';
import type { Call, Place, UnitOfWork } from '@smartscan/platform/ports';
import { canonicalEmail, canonicalPassword } from '../domain/account.ts';
import type { Access } from './access.ts';
import { addAccount } from './accounts.ts';
import { addApiKey, apiKeyView } from './api-keys.ts';
import type { Hashes } from './hashes.ts';
import type { NewRecords } from './new-records.ts';
import { addWorkspace, workspaceView } from './workspaces.ts';

const EVERY_SCOPE = Object.keys(SCOPES) as Scope[];

interface Parts {
  readonly work: UnitOfWork;
  readonly records: NewRecords;
  readonly hashes: Hashes;
  readonly place: Place;
  readonly access: Access;
}

/** Signs up a workspace with its first admin and a first key: all of it, or nothing. */
export class CreateWorkspace {
  constructor(private readonly parts: Parts) {}

  async run(input: InputOf<typeof createWorkspace>, call: Call): Promise<OutputOf<typeof createWorkspace>> {
    const { work, records, hashes, access } = this.parts;
    this.refuseOtherRegion(input.region);
    const { admin } = input;
    // Before the transaction: hashing takes long on purpose.
    const passwordHash = await hashes.password(canonicalPassword(admin.password));
    const workspace = records.workspace(input.name);
    const account = records.account({
      workspaceId: workspace.id,
      fullName: admin.full_name,
      email: canonicalEmail(admin.email),
      company: admin.company,
      country: admin.country,
      passwordHash,
    });
    const key = records.apiKey(workspace.id, { name: 'First key', scopes: EVERY_SCOPE, expiresAt: null });
    const scope = { ...call, tenant: workspace.id };
    await work.run(scope, async (tx) => {
      await addWorkspace(tx, workspace);
      await addAccount(tx, account);
      await addApiKey(tx, key.row);
      tx.emit(workspaceCreated, { workspace_id: workspace.id, region: workspace.region, plan: workspace.plan });
      tx.emit(apiKeyCreated, { workspace_id: workspace.id, key_id: key.row.id });
    });
    await access.tellAtOnce(scope, async (tx) => {
      await access.tellOwner(tx, workspace.id);
      await access.tellKey(tx, workspace.id, key.row.id);
    });
    return { workspace: workspaceView(workspace), api_key: { ...apiKeyView(key.row), secret: key.secret } };
  }

  private refuseOtherRegion(region: Region): void {
    const { place } = this.parts;
    if (region === place.region) return;
    throw new Fault('invalid', 'identity.wrong_region', 'This host serves another region.', {
      status: 421,
      remedy: 'Send the request to the host of the region that the workspace is to be in.',
      members: { host: place.hosts[region] },
    });
  }
}
