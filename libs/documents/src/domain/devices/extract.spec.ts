import fc from 'fast-check';
import { convertUnits } from '../../adapters/units.ts';
import { DEVICE_TYPES } from '@smartscan/kernel';
import { ANALYTES } from '../analytes/analyte-table.ts';
import type { MeasuredField } from '../extract/fields.ts';
import { UNIT_PRINTS } from '../values/units.ts';
import type { KindOfDevice, ShownUnit } from './device.ts';
import type { ReadDevice } from './extract.ts';
import { DEVICES } from './kinds/device-kinds.ts';
import type { PrintedText } from './scene.ts';
import { fieldsOf, kindsOf, PRESSURES, printed, readMade, valuesOf, type Made, type MadeLine } from './stand-ins.ts';

const read = (made: Made): ReadDevice[] => readMade(made, convertUnits);

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
