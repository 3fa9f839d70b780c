import { Controller, Inject } from '@nestjs/common';
import { Fault } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import { cancelScan, deleteScan, followScan, getScan, listScans, startScan } from '@smartscan/contracts/vitals';
import { Holdings, Reply, Serves, type Call, type Chunks } from '@smartscan/platform/ports';
import { EndScans } from '../app/end-scans.ts';
import { inForm } from '../app/fhir-bundle.ts';
import { ReadScans } from '../app/read-scans.ts';
import { RunScan } from '../app/run-scan.ts';

@Controller()
export class ScansController {
  constructor(
    @Inject(RunScan) private readonly runScan: RunScan,
    @Inject(ReadScans) private readonly readScans: ReadScans,
    @Inject(EndScans) private readonly endScans: EndScans,
    @Inject(Holdings) private readonly holdings: Holdings,
  ) {}

  @Serves(startScan)
  async start(input: InputOf<typeof startScan>, call: Call, body: Chunks | undefined) {
    if (!body)
      throw new Fault('invalid', 'vitals.not_a_video', 'The request has no body.', {
        remedy: 'Send the video, or what was made of it, as the body.',
      });
    return inForm(await this.runScan.run(input, call, body), call);
  }

  @Serves(getScan)
  get(input: InputOf<typeof getScan>, call: Call) {
    const here = async () => inForm(await this.readScans.one(input, call), call);
    return this.holdings.orElsewhere({ operation: getScan, input, call }, here);
  }

  @Serves(listScans)
  list(input: InputOf<typeof listScans>, call: Call) {
    return this.readScans.page(input, call);
  }

  @Serves(followScan)
  follow(input: InputOf<typeof followScan>, call: Call) {
    return this.holdings.orElsewhere({ operation: followScan, input, call }, async () => {
      await this.readScans.exists(input.id, call);
      return new Reply(200, this.readScans.follow(input.id, call));
    });
  }

  @Serves(cancelScan)
  cancel(input: InputOf<typeof cancelScan>, call: Call) {
    const here = () => this.endScans.cancel(input.id, call);
    return this.holdings.orElsewhere({ operation: cancelScan, input, call }, here);
  }

  @Serves(deleteScan)
  delete(input: InputOf<typeof deleteScan>, call: Call) {
    const here = () => this.endScans.delete(input.id, call);
    return this.holdings.orElsewhere({ operation: deleteScan, input, call }, here);
  }
}
