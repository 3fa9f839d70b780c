import { Controller, Inject } from '@nestjs/common';
import { Fault } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import { cancelScan, deleteScan, followScan, getScan, listScans, startScan } from '@smartscan/contracts/vitals';
import { Reply, Serves, type Call, type Chunks } from '@smartscan/platform/ports';
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
  async get(input: InputOf<typeof getScan>, call: Call) {
    return inForm(await this.readScans.one(input, call), call);
  }

  @Serves(listScans)
  list(input: InputOf<typeof listScans>, call: Call) {
    return this.readScans.page(input, call);
  }

  @Serves(followScan)
  async follow({ id }: InputOf<typeof followScan>, call: Call) {
    await this.readScans.exists(id, call);
    return new Reply(200, this.readScans.follow(id, call));
  }

  @Serves(cancelScan)
  cancel({ id }: InputOf<typeof cancelScan>, call: Call) {
    return this.endScans.cancel(id, call);
  }

  @Serves(deleteScan)
  delete({ id }: InputOf<typeof deleteScan>, call: Call) {
    return this.endScans.delete(id, call);
  }
}
