import { Controller, Inject } from '@nestjs/common';
import { createApiKey, listApiKeys, revokeApiKey, verifyApiKey } from '@smartscan/contracts/identity';
import type { InputOf } from '@smartscan/contracts/operation';
import { Serves, type Call } from '@smartscan/platform/ports';
import { CreateApiKey } from '../app/create-api-key.ts';
import { ListApiKeys } from '../app/list-api-keys.ts';
import { RevokeApiKey } from '../app/revoke-api-key.ts';
import { VerifyApiKey } from '../app/verify-api-key.ts';

@Controller()
export class ApiKeyController {
  constructor(
    @Inject(CreateApiKey) private readonly createApiKey: CreateApiKey,
    @Inject(ListApiKeys) private readonly listApiKeys: ListApiKeys,
    @Inject(RevokeApiKey) private readonly revokeApiKey: RevokeApiKey,
    @Inject(VerifyApiKey) private readonly verifyApiKey: VerifyApiKey,
  ) {}

  @Serves(createApiKey)
  create(input: InputOf<typeof createApiKey>, call: Call) {
    return this.createApiKey.run(input, call);
  }

  @Serves(listApiKeys)
  list(input: InputOf<typeof listApiKeys>, call: Call) {
    return this.listApiKeys.run(input, call);
  }

  @Serves(revokeApiKey)
  revoke(input: InputOf<typeof revokeApiKey>, call: Call) {
    return this.revokeApiKey.run(input, call);
  }

  @Serves(verifyApiKey)
  verify(input: InputOf<typeof verifyApiKey>, call: Call) {
    return this.verifyApiKey.run(input, call);
  }
}
