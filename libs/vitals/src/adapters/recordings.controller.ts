import { Controller, Inject } from '@nestjs/common';
import type { InputOf } from '@smartscan/contracts/operation';
import { addChunk, CHUNK_MAX_BYTES, getRecording, openRecording } from '@smartscan/contracts/vitals/recordings';
import { Reply, Serves, type Call, type Chunks } from '@smartscan/platform/ports';
import { inForm } from '../app/fhir-bundle.ts';
import { RecordScan } from '../app/record-scan.ts';
import { collectBody } from './scan/body.ts';

@Controller()
export class RecordingsController {
  constructor(@Inject(RecordScan) private readonly recordScan: RecordScan) {}

  @Serves(openRecording)
  open(input: InputOf<typeof openRecording>, call: Call) {
    return this.recordScan.open(input, call);
  }

  @Serves(getRecording)
  get(input: InputOf<typeof getRecording>, call: Call) {
    return this.recordScan.one(input, call);
  }

  @Serves(addChunk)
  async add(input: InputOf<typeof addChunk>, call: Call, body: Chunks | undefined) {
    const answer = await this.recordScan.add(input, call, await collectBody(body ?? [], CHUNK_MAX_BYTES, call.signal));
    return answer instanceof Reply ? answer : inForm(answer, call);
  }
}
