import { Controller, Inject } from '@nestjs/common';
import { Fault } from '@smartscan/kernel';
import type { InputOf, OutputOf } from '@smartscan/contracts/operation';
import { cutPage } from '@smartscan/contracts/page';
import { cancelScan, deleteScan, followScan, getScan, listScans, startScan } from '@smartscan/contracts/vitals';
import { Holdings, KnownJobs, Reply, Serves, summaryOf, type Call, type Chunks } from '@smartscan/platform/ports';
import { inForm } from '../app/fhir-bundle.ts';
import { answerOf } from '../app/present.ts';
import { RunScan } from '../app/run-scan.ts';
import type { KnownScans } from '../app/scans.ts';

@Controller()
export class ScansController {
  constructor(
    @Inject(RunScan) private readonly runScan: RunScan,
    @Inject(KnownJobs) private readonly jobs: KnownScans,
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
    const here = async () => inForm(answerOf(await this.jobs.one(input.id, call)), call);
    return this.holdings.orElsewhere({ operation: getScan, input, call }, here);
  }

  @Serves(listScans)
  async list({ limit, cursor }: InputOf<typeof listScans>, call: Call) {
    const page = cutPage(await this.jobs.page(limit, cursor, call), limit);
    return { items: page.items.map(summaryOf), next_cursor: page.next_cursor };
  }

  @Serves(followScan)
  follow(input: InputOf<typeof followScan>, call: Call) {
    return this.holdings.orElsewhere({ operation: followScan, input, call }, async () => {
      await this.jobs.exists(input.id, call);
      // Its stages are those that the workers tell of.
      return new Reply(200, this.jobs.follow(input.id, call) as AsyncIterable<OutputOf<typeof followScan>>);
    });
  }

  @Serves(cancelScan)
  cancel(input: InputOf<typeof cancelScan>, call: Call) {
    const here = async () => summaryOf(await this.jobs.cancel(input.id, call));
    return this.holdings.orElsewhere({ operation: cancelScan, input, call }, here);
  }

  @Serves(deleteScan)
  delete(input: InputOf<typeof deleteScan>, call: Call) {
    return this.holdings.orElsewhere({ operation: deleteScan, input, call }, async () => {
      await this.jobs.delete(input.id, call);
      return { id: input.id, deleted: true as const };
    });
  }
}
