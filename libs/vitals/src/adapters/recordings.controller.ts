import { Controller, Inject } from '@nestjs/common';
import type { InputOf } from '@smartscan/contracts/operation';
import { addChunk, CHUNK_MAX_BYTES, getRecording, openRecording } from '@smartscan/contracts/vitals/recordings';
import { Holdings, Reply, Serves, type Call, type Chunks } from '@smartscan/platform/ports';
import { inForm } from '../app/fhir-bundle.ts';
import { RecordScan, recordingLost } from '../app/record-scan.ts';
import { collectScan } from './scan/body.ts';

@Controller()
export class RecordingsController {
  constructor(
    @Inject(RecordScan) private readonly recordScan: RecordScan,
    @Inject(Holdings) private readonly holdings: Holdings,
  ) {}

  @Serves(openRecording)
  open(input: InputOf<typeof openRecording>, call: Call) {
    return this.recordScan.open(input, call);
  }

  @Serves(getRecording)
  get(input: InputOf<typeof getRecording>, call: Call) {
    const here = () => this.recordScan.one(input, call);
    return this.holdings.orElsewhere({ operation: getRecording, input, call }, here, recordingLost);
  }

  @Serves(addChunk)
  async add(input: InputOf<typeof addChunk>, call: Call, body: Chunks | undefined) {
    const bytes = await collectScan(body ?? [], CHUNK_MAX_BYTES, call.signal);
    const here = async () => {
      const answer = await this.recordScan.add(input, call, bytes);
      return answer instanceof Reply ? answer : inForm(answer, call);
    };
    return this.holdings.orElsewhere({ operation: addChunk, input, call, bytes }, here, recordingLost);
  }
}
