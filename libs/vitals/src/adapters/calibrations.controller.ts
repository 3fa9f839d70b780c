import { Controller, Inject } from '@nestjs/common';
import type { InputOf } from '@smartscan/contracts/operation';
import {
  addCalibration,
  deleteCalibration,
  getCalibration,
  listCalibrations,
} from '@smartscan/contracts/vitals/calibrations';
import { Serves, type Call } from '@smartscan/platform/ports';
import { Calibrate } from '../app/calibrate.ts';

@Controller()
export class CalibrationsController {
  constructor(@Inject(Calibrate) private readonly calibrate: Calibrate) {}

  @Serves(addCalibration)
  add(input: InputOf<typeof addCalibration>, call: Call) {
    return this.calibrate.add(input, call);
  }

  @Serves(getCalibration)
  get(input: InputOf<typeof getCalibration>, call: Call) {
    return this.calibrate.one(input, call);
  }

  @Serves(listCalibrations)
  list(input: InputOf<typeof listCalibrations>, call: Call) {
    return this.calibrate.page(input, call);
  }

  @Serves(deleteCalibration)
  delete(input: InputOf<typeof deleteCalibration>, call: Call) {
    return this.calibrate.delete(input, call);
  }
}
