import fc from 'fast-check';
import { convertUnits } from '../../adapters/units.ts';
import { DEVICE_TYPES, type DeviceType } from '@smartscan/kernel';
import { ANALYTES } from '../analytes/analyte-table.ts';
import type { MeasuredField } from '../extract/fields.ts';
import { UNIT_PRINTS } from '../values/units.ts';
import type { KindOfDevice, ShownUnit } from './device.ts';
import { extractDevices, type ReadDevice } from './extract.ts';
import { DEVICES } from './kinds/device-kinds.ts';
import type { DisplayScene, PrintedText } from './scene.ts';
import { lineOf, printed, type MadeLine } from './stand-ins.ts';

const kindsOf = (kind: DeviceType | 'none', sure = 0.94): DisplayScene['kinds'] => {
  const rest = (1 - sure) / DEVICE_TYPES.length;
  return Object.fromEntries(
    [...DEVICE_TYPES, 'none' as const].map((name) => [name, name === kind ? sure : rest]),
  ) as unknown as DisplayScene['kinds'];
};

interface Made {
  readonly kind: DeviceType | 'none';
  readonly lines: readonly MadeLine[];
  readonly print?: readonly PrintedText[];
  readonly sure?: number;
  readonly kinds?: DisplayScene['kinds'];
  readonly width?: number;
}

const read = ({ kind, lines, print = [], sure, kinds = kindsOf(kind, sure), width = 800 }: Made): ReadDevice[] =>
  extractDevices({
    scene: { width, height: 600, lines: lines.map(lineOf), printed: print, kinds },
    hints: {},
    convert: convertUnits,
    page: 1,
    toPage: (quad) => quad,
    surface: () => ({ edgeWidthPx: 1, glare: 0 }),
  });

const fieldsOf = (devices: readonly ReadDevice[]): Record<string, MeasuredField> => ({ ...devices[0]?.fields });

const valuesOf = (devices: readonly ReadDevice[]): Record<string, number | null> =>
  Object.fromEntries(Object.entries(fieldsOf(devices)).map(([name, { value }]) => [name, value]));

const column = (texts: readonly string[], heights: readonly number[] = []): MadeLine[] =>
  texts.map((text, i) => ({ text, x: 300, y: 120 + 90 * i, height: heights[i] ?? 60 }));

const PRESSURES = column(['128', '87', '70']);

/** A value in the middle of what is shown, as it is shown. */
const exampleOf = ({ range: [least, most], decimals }: ShownUnit): string =>
  (least + (most - least) * 0.4).toFixed(decimals[0]);

const everyField = DEVICE_TYPES.flatMap((kind) =>
  Object.entries((DEVICES[kind] as KindOfDevice).fields).map(([name, field]) => ({ kind, name, field })),
);
const everyUnit = everyField.flatMap((one) =>
  Object.entries(one.field.units).map(([ucum, unit]) => ({ ...one, ucum, unit })),
);

describe('the table of devices', () => {
  it('has the kinds that the network of displays tells apart', () => {
    expect(Object.keys(DEVICES).sort()).toEqual([...DEVICE_TYPES].sort());
  });

  it.each(everyUnit)(
    '$kind $name in $ucum has a print, bounds, digits and an analyte that there is',
    ({ ucum, unit }) => {
      expect(UNIT_PRINTS.some(([, known]) => known === ucum)).toBe(true);
      expect(unit.range[0]).toBeLessThan(unit.range[1]);
      expect(unit.decimals.length).toBeGreaterThan(0);
      const analyte = ANALYTES.find(({ key }) => key === unit.analyte);
      if (unit.analyte === null) return;
      expect(analyte).toBeDefined();
      expect(convertUnits(unit.range[1], ucum, analyte!.ucum)).toBeDefined();
    },
  );

  it.each(DEVICE_TYPES)('%s has layout rules that speak of its own fields', (kind) => {
    const { fields, layout, beyond }: KindOfDevice = DEVICES[kind];
    const named = [...layout.order, ...layout.needed, ...layout.greater.flat(), ...(beyond === null ? [] : [beyond])];
    for (const name of named) expect(Object.keys(fields)).toContain(name);
  });

  it.each(everyUnit)('$kind $name in $ucum is read beside its label and unit', ({ kind, name, field, ucum, unit }) => {
    const text = exampleOf(unit);
    const print = UNIT_PRINTS.find(([, known]) => known === ucum)![0];
    const devices = read({
      kind,
      lines: [{ text, x: 300, y: 300 }],
      print: [printed(field.labels[0]!, 200, 300), printed(print, 320 + 36 * text.length, 310)],
    });
    const analyte = ANALYTES.find(({ key }) => key === unit.analyte);
    expect(devices[0]).toMatchObject({ kind });
    expect(fieldsOf(devices)[name]).toMatchObject({
      value: Number(text),
      printed: text,
      status: 'ok',
      ucum,
      loinc: analyte?.loinc ?? null,
      page: 1,
    });
  });
});

describe('roles', () => {
  it('of stacked pressures are known by their places', () => {
    const devices = read({ kind: 'blood_pressure_monitor', lines: PRESSURES });
    for (const { status } of Object.values(fieldsOf(devices))) expect(status).toBe('ok');
    expect(valuesOf(devices)).toEqual({ sys: 128, dia: 87, pulse: 70 });
  });

  it('a pressure whose neighbour was not seen could be that neighbour, and is refused', () => {
    const devices = read({ kind: 'blood_pressure_monitor', lines: PRESSURES.slice(1) });
    expect(valuesOf(devices)).toEqual({ sys: null, dia: null });
    expect(fieldsOf(devices)['sys']!.reasons).toContain('ambiguous');
  });

  it('a number of a date is no label: 10 is not LO', () => {
    const print = [printed('10', 240, 120), printed('1 10 100', 300, 60)];
    const alone = read({ kind: 'blood_pressure_monitor', lines: column(['129']), print });
    expect(Object.values(valuesOf(alone))).toEqual([null]);
  });

  it('a bar beside the digits, which one reader takes for a 1, is no part of them; a 1 as tall as they are may be', () => {
    const bar = (height: number, second: string) => ({ text: '1', x: 300 - 0.9 * height, y: 130, height, second });
    const beside = (...of: [number, string]) =>
      fieldsOf(read({ kind: 'blood_pressure_monitor', lines: [...PRESSURES, bar(...of)] }))['sys']!;
    expect(beside(95, '8')).toMatchObject({ value: 128, status: 'ok' });
    expect(beside(95, '1').reasons).toContain('ambiguous');
    expect(beside(62, '8').reasons).toContain('ambiguous');
  });

  it('by a label beside them are those of the label, wherever they stand', () => {
    const lines: MadeLine[] = [
      { text: '72', x: 300, y: 120 },
      { text: '97', x: 300, y: 300 },
    ];
    const print = [printed('PR bpm', 200, 120), printed('%SpO2', 200, 300)];
    expect(valuesOf(read({ kind: 'pulse_oximeter', lines, print }))).toEqual({ spo2: 97, pulse: 72 });
  });

  it('of an oximeter without labels are said to be known by their place alone, unless only one of them can be it', () => {
    const pair = (first: string, second: string) =>
      fieldsOf(read({ kind: 'pulse_oximeter', lines: column([first, second]) }));
    expect(pair('97', '72')['spo2']).toMatchObject({ value: 97, status: 'low_confidence', reasons: ['role_by_place'] });
    expect(pair('97', '112')['pulse']).toMatchObject({ value: 112, status: 'ok' });
  });

  it('of pressures that are written as one are told apart, and a date is none', () => {
    const pair = (text: string) =>
      read({ kind: 'ecg_monitor', lines: [{ text, x: 300, y: 300 }], print: [printed('NIBP', 220, 300)] });
    expect(valuesOf(pair('120/80'))).toEqual({ sys: 120, dia: 80 });
    expect(valuesOf(pair('12/25'))).toEqual({});
  });

  it('are not given to clocks, dates and numbers of stored readings', () => {
    const lines: MadeLine[] = [
      { text: '105', x: 300, y: 200, height: 90 },
      { text: '10:36', x: 300, y: 290, height: 28 },
      { text: '1225', x: 420, y: 290, height: 28, second: '12-25' },
      { text: '12', x: 300, y: 120, height: 28 },
    ];
    expect(valuesOf(read({ kind: 'glucose_meter', lines }))).toEqual({ glucose: 105 });
  });

  it('the systolic pressure is always the larger one', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(250), fc.nat(250), fc.nat(250)), (numbers) => {
        const { sys, dia } = valuesOf(
          read({ kind: 'blood_pressure_monitor', lines: column(numbers.map((one) => String(one + 20))) }),
        );
        if (sys != null && dia != null) expect(sys).toBeGreaterThan(dia);
      }),
    );
  });

  it('a value that is given lies in what its devices show, with as many digits behind the point, whatever the lines say', () => {
    const texts = fc.stringMatching(/^\d{1,4}(\.\d{1,2})?$/);
    fc.assert(
      fc.property(fc.constantFrom(...DEVICE_TYPES), fc.array(texts, { maxLength: 5 }), (kind, each) => {
        for (const [name, field] of Object.entries(fieldsOf(read({ kind, lines: column(each) })))) {
          if (field.value === null || field.ucum === null) continue;
          const { units } = (DEVICES[kind] as KindOfDevice).fields[name]!;
          const { range, decimals } = units[field.ucum]!;
          expect(field.value).toBeGreaterThanOrEqual(range[0]);
          expect(field.value).toBeLessThanOrEqual(range[1]);
          expect(decimals).toContain(field.printed.split('.')[1]?.length ?? 0);
          expect(each).toContain(field.printed);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('units', () => {
  it('is the one that its print is most like: mgldl is mg/dL, and no mg/h of another kind', () => {
    const shown = read({
      kind: 'glucose_meter',
      sure: 0.2,
      lines: [{ text: '97', x: 300, y: 200 }],
      print: [printed('mgldl', 420, 230, 24)],
    });
    expect(shown.map(({ kind, fields }) => [kind, Object.keys(fields)])).toEqual([['glucose_meter', ['glucose']]]);
  });

  it('of a weight without one is not given, since it could be kilograms or pounds', () => {
    const bare = fieldsOf(read({ kind: 'weight_scale', lines: [{ text: '70.5', x: 300, y: 300 }] }))['weight'];
    expect(bare).toMatchObject({ value: 70.5, ucum: null, status: 'low_confidence', reasons: ['unit_missing'] });
  });

  it('stones and pounds are one weight', () => {
    const print = [printed('st', 520, 300)];
    const stones = read({ kind: 'weight_scale', lines: [{ text: '11:4.5', x: 300, y: 300 }], print });
    expect(fieldsOf(stones)['weight']!.value).toBeCloseTo(11 + 4.5 / 14, 9);
    expect(fieldsOf(stones)['weight']!.comparable!.value).toBeCloseTo(71.9, 1);
  });

  it('an integer on an HbA1c meter is no mmol/mol unless that is printed: it could be a percentage whose point was lost', () => {
    const lines = [{ text: '59', x: 300, y: 300 }];
    expect(valuesOf(read({ kind: 'hba1c_meter', lines }))).toEqual({ hba1c_ifcc: null });
    expect(valuesOf(read({ kind: 'hba1c_meter', lines, print: [printed('mmol/mol', 400, 310)] }))).toEqual({
      hba1c_ifcc: 59,
    });
  });

  it('an integer as peak flow on a spirometer is no L/min unless that is printed: it could be L/s whose point was lost', () => {
    const print = [printed('PEF', 180, 300), printed('L/min', 420, 310)];
    const shown = { kind: 'spirometer', lines: [{ text: '979', x: 300, y: 300 }] } as const;
    expect(valuesOf(read({ ...shown, print: print.slice(0, 1) }))).toEqual({ pef: null });
    expect(valuesOf(read({ ...shown, print }))).toEqual({ pef: 979 });
  });

  it('a decimal point is never guessed', () => {
    const lost = read({ kind: 'thermometer', lines: [{ text: '368', x: 300, y: 300 }] });
    expect(valuesOf(lost)).toEqual({ temp: null });
    const mmol = { kind: 'glucose_meter', print: [printed('mmol/L', 420, 310)] } as const;
    expect(valuesOf(read({ ...mmol, lines: [{ text: '52', x: 300, y: 300 }] }))).toEqual({ glucose: null });
    const one = fieldsOf(read({ ...mmol, lines: [{ text: '5.2', x: 300, y: 300, second: '52' }] }))['glucose'];
    expect(one).toMatchObject({ value: 5.2, status: 'low_confidence', reasons: ['point_uncertain'] });
    const unit = { ...mmol, print: [printed('mg/dL', 440, 310)] };
    const none = fieldsOf(read({ ...unit, lines: [{ text: '10.6', x: 300, y: 300, second: '106' }] }))['glucose'];
    expect(none).toMatchObject({ value: 106, status: 'low_confidence', reasons: ['point_uncertain'] });
    const either = read({ kind: 'glucose_meter', lines: [{ text: '5.2', x: 300, y: 300, second: '52' }] });
    expect(fieldsOf(either)['glucose']).toMatchObject({ value: null, status: 'refused' });
  });
});

describe('two readers', () => {
  const glucose = (second: string | null): MeasuredField | undefined =>
    fieldsOf(
      read({
        kind: 'glucose_meter',
        lines: [{ text: '105', x: 300, y: 300, second }],
        print: [printed('mg/dL', 420, 310)],
      }),
    )['glucose'];

  it('that agree give the value, also where one reads letters that look like its digits', () => {
    expect(glucose('105')).toMatchObject({ value: 105, status: 'ok', reasons: [] });
    expect(glucose('lO5')).toMatchObject({ value: 105, status: 'ok', reasons: [] });
  });

  it('that disagree give none, and both readings as alternatives', () => {
    const field = glucose('106')!;
    expect(field).toMatchObject({ value: null, status: 'refused' });
    expect(field.reasons).toContain('readers_disagree');
    expect(field.alternatives.map(({ value }) => value)).toEqual(['105', '106']);
  });

  it('of which only one sees the digits are said to be one', () => {
    expect(glucose(null)).toMatchObject({ value: 105, status: 'low_confidence', reasons: ['single_reader'] });
  });

  it('give nothing but what both of them read, whatever each says', () => {
    const digits = fc.stringMatching(/^\d{2,3}$/);
    fc.assert(
      fc.property(digits, digits, (detected, recognised) => {
        const lines = [{ text: detected, x: 300, y: 300, second: recognised }];
        const { glucose: value } = valuesOf(read({ kind: 'glucose_meter', lines }));
        if (value != null) expect([detected, recognised]).toEqual([String(value), String(value)]);
      }),
    );
  });
});

describe('what is no measurement of now', () => {
  it.each([
    ['E3', 'error_screen'],
    ['Err', 'error_screen'],
    ['E-12', 'error_screen'],
    ['Lo', 'below_range'],
    ['Hi', 'above_range'],
  ])('%s is returned as such, with no value: %s', (text, reason) => {
    const [device] = read({ kind: 'glucose_meter', lines: [{ text, x: 300, y: 300 }] });
    expect(device).toMatchObject({ kind: 'glucose_meter' });
    expect(fieldsOf([device!])['glucose']).toMatchObject({ value: null, status: 'refused', reasons: [reason] });
  });

  it('an error of a blood-pressure monitor is that of each value that it should show', () => {
    const [device] = read({ kind: 'blood_pressure_monitor', lines: [{ text: 'E2', x: 300, y: 300 }] });
    expect(device!.screen).toEqual({ kind: 'error', printed: 'E2' });
    expect(Object.keys(device!.fields)).toEqual(['sys', 'dia']);
  });

  it('a stored reading and an average are said to be that, and a key of the case is not', () => {
    const beside = (print: PrintedText) =>
      read({ kind: 'blood_pressure_monitor', lines: PRESSURES, print: [print] })[0]!;
    expect(beside(printed('MEM', 250, 300)).screen).toEqual({ kind: 'stored', printed: 'MEM' });
    expect(beside(printed('AVG', 250, 300)).screen).toEqual({ kind: 'average', printed: 'AVG' });
    expect(beside(printed('AVG', 250, 300)).fields).toMatchObject({ sys: { value: 128, reasons: ['average'] } });
    expect(beside(printed('MEM', 300, 450)).screen.kind).toBe('current');
  });
});

describe('a photo', () => {
  it('of no device gives none, whatever numbers stand on it', () => {
    expect(read({ kind: 'none', lines: [{ text: '12:30', x: 300, y: 300 }] })).toEqual([]);
    expect(read({ kind: 'none', sure: 0.999, lines: [{ text: '105', x: 300, y: 300 }] })).toEqual([]);
  });

  it('on which digits run out of the edge gives none of them', () => {
    const cut = fieldsOf(read({ kind: 'glucose_meter', lines: [{ text: '139', x: 300, y: 300 }], width: 405 }))[
      'glucose'
    ];
    expect(cut).toMatchObject({ value: null, status: 'refused' });
    expect(cut!.reasons).toContain('at_edge');
  });

  it('of several devices gives a reading of each', () => {
    const lines: MadeLine[] = [
      ...PRESSURES.map((line) => ({ ...line, x: 60 })),
      { text: '36.8', x: 560, y: 200, height: 50 },
    ];
    const kinds = { ...kindsOf('none', 0), blood_pressure_monitor: 0.5, thermometer: 0.49 };
    const devices = read({ kind: 'none', lines, kinds });
    expect(devices.map(({ kind }) => kind)).toEqual(['blood_pressure_monitor', 'thermometer']);
  });
});
