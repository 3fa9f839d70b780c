import type { z } from 'zod';
import type { documentType } from '@smartscan/contracts/extraction';
import { analyteOf } from '@smartscan/documents/analytes';
import { DEVICES } from '@smartscan/documents/devices';
import { KINDS } from '@smartscan/documents/kinds';
import { DEVICE_TYPES, PAPER_TYPES, type DeviceType, type PaperType } from '@smartscan/kernel';

type Type = z.output<typeof documentType>;

const deviceType = (type: DeviceType): Type => {
  const { title, fields } = DEVICES[type];
  return {
    type,
    title,
    is_device: true,
    fields: Object.entries(fields).map(([name, { meaning, units }]) => ({
      name,
      meaning,
      units: Object.entries(units).map(
        ([
          ucum,
          {
            analyte,
            range: [least, most],
          },
        ]) => ({
          ucum,
          loinc: analyteOf(analyte)?.loinc ?? null,
          least,
          most,
        }),
      ),
    })),
    lists: [],
  };
};

const paperType = (type: PaperType): Type => {
  const { title, fields, lists } = KINDS[type];
  return {
    type,
    title,
    is_device: false,
    fields: Object.entries(fields).map(([name, { meaning }]) => ({ name, meaning, units: [] })),
    lists: Object.entries(lists).map(([name, meaning]) => ({ name, meaning })),
  };
};

/** What can be read from which document: said of the tables that it is read by. */
export const TYPES: readonly Type[] = [...DEVICE_TYPES.map(deviceType), ...PAPER_TYPES.map(paperType)];
