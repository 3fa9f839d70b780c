import { Controller, Inject } from '@nestjs/common';
import type { InputOf } from '@smartscan/contracts/operation';
import { effectiveTtl, getPolicy, setTtl } from '@smartscan/contracts/retention';
import { Serves, type Call } from '@smartscan/platform/ports';
import { GetPolicy } from '../app/get-policy.ts';
import { SetTtl } from '../app/set-ttl.ts';
import { TellEffectiveTtl } from '../app/tell-effective-ttl.ts';

@Controller()
export class RetentionController {
  constructor(
    @Inject(GetPolicy) private readonly getPolicy: GetPolicy,
    @Inject(SetTtl) private readonly setTtl: SetTtl,
    @Inject(TellEffectiveTtl) private readonly tellEffectiveTtl: TellEffectiveTtl,
  ) {}

  @Serves(getPolicy)
  get(input: InputOf<typeof getPolicy>, call: Call) {
    return this.getPolicy.run(input, call);
  }

  @Serves(setTtl)
  set(input: InputOf<typeof setTtl>, call: Call) {
    return this.setTtl.run(input, call);
  }

  @Serves(effectiveTtl)
  tell(input: InputOf<typeof effectiveTtl>, call: Call) {
    return this.tellEffectiveTtl.run(input, call);
  }
}
