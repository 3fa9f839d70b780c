import fc from 'fast-check';
import { DEVICE_TYPES } from '@smartscan/kernel';
import type { KindOfDevice } from './device.ts';
import { DEVICES } from './kinds/device-kinds.ts';
import type { PrintedText } from './scene.ts';
import { column, fieldsOf, kindsOf, PRESSURES, printed, readMade, valuesOf, type MadeLine } from './stand-ins.ts';

describe('roles', () => {
  it('of stacked pressures are known by their places', () => {
    const devices = readMade({ kind: 'blood_pressure_monitor', lines: PRESSURES });
    for (const { status } of Object.values(fieldsOf(devices))) expect(status).toBe('ok');
    expect(valuesOf(devices)).toEqual({ sys: 128, dia: 87, pulse: 70 });
  });

  it('a pressure whose neighbour was not seen could be that neighbour, and is refused', () => {
    const devices = readMade({ kind: 'blood_pressure_monitor', lines: PRESSURES.slice(1) });
    expect(valuesOf(devices)).toEqual({ sys: null, dia: null });
    expect(fieldsOf(devices)['sys']!.reasons).toContain('ambiguous');
  });

  it('a number of a date is no label: 10 is not LO', () => {
    const print = [printed('10', 240, 120), printed('1 10 100', 300, 60)];
    const alone = readMade({ kind: 'blood_pressure_monitor', lines: column(['129']), print });
    expect(Object.values(valuesOf(alone))).toEqual([null]);
  });

  it('a bar beside the digits, which is taken for a 1, is no part of them; a 1 as tall as they are may be', () => {
    const bar = (height: number, second: string) => ({ text: '1', x: 300 - 0.9 * height, y: 130, height, second });
    const beside = (...of: [number, string]) =>
      fieldsOf(readMade({ kind: 'blood_pressure_monitor', lines: [...PRESSURES, bar(...of)] }))['sys']!;
    for (const second of ['8', '1']) expect(beside(95, second)).toMatchObject({ value: 128, status: 'ok' });
    expect(beside(62, '8').reasons).toContain('ambiguous');
  });

  it('of a pulse beside both pressures is not taken for the lower one', () => {
    const lines = [...column(['123', '92']), { text: '49', x: 480, y: 165, height: 50 }];
    const values = valuesOf(readMade({ kind: 'blood_pressure_monitor', lines }));
    expect(values).toMatchObject({ dia: null, pulse: null });
  });

  it('that would contradict each other, were they exchanged, are not in doubt: the lower pressure is the lower one', () => {
    const at = (text: string, x: number, y: number): MadeLine => ({ text, x, y });
    const lines = [at('174', 300, 120), at('69', 480, 210), at('52', 300, 300)];
    const print = [printed('PUL', 230, 300)];
    expect(valuesOf(readMade({ kind: 'blood_pressure_monitor', lines, print }))).toEqual({
      sys: 174,
      dia: 69,
      pulse: 52,
    });
  });

  it('by a label beside them are those of the label, wherever they stand', () => {
    const lines: MadeLine[] = [
      { text: '72', x: 300, y: 120 },
      { text: '97', x: 300, y: 300 },
    ];
    const print = [printed('PR bpm', 200, 120), printed('%SpO2', 200, 300)];
    expect(valuesOf(readMade({ kind: 'pulse_oximeter', lines, print }))).toEqual({ spo2: 97, pulse: 72 });
  });

  it('of an oximeter without labels are said to be known by their place alone, unless only one of them can be it', () => {
    const pair = (first: string, second: string) =>
      fieldsOf(readMade({ kind: 'pulse_oximeter', lines: column([first, second]) }));
    expect(pair('97', '72')['spo2']).toMatchObject({ value: 97, status: 'low_confidence', reasons: ['role_by_place'] });
    expect(pair('97', '112')['pulse']).toMatchObject({ value: 112, status: 'ok' });
  });

  it('of pressures that are written as one are told apart, and a date is none', () => {
    const pair = (text: string) =>
      readMade({ kind: 'ecg_monitor', lines: [{ text, x: 300, y: 300 }], print: [printed('NIBP', 220, 300)] });
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
    expect(valuesOf(readMade({ kind: 'glucose_meter', lines }))).toEqual({ glucose: 105 });
  });

  it('the systolic pressure is always the larger one', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(250), fc.nat(250), fc.nat(250)), (numbers) => {
        const { sys, dia } = valuesOf(
          readMade({ kind: 'blood_pressure_monitor', lines: column(numbers.map((one) => String(one + 20))) }),
        );
        if (sys != null && dia != null) expect(sys).toBeGreaterThan(dia);
      }),
    );
  });

  it('a value that is given lies in what its devices show, with as many digits behind the point, whatever the lines say', () => {
    const texts = fc.stringMatching(/^\d{1,4}(\.\d{1,2})?$/);
    fc.assert(
      fc.property(fc.constantFrom(...DEVICE_TYPES), fc.array(texts, { maxLength: 5 }), (kind, each) => {
        for (const [name, field] of Object.entries(fieldsOf(readMade({ kind, lines: column(each) })))) {
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

  it('by labels of their own are known wherever they stand, and where one of them has none the order of the kind counts', () => {
    const lines: MadeLine[] = [
      { text: '173', x: 100, y: 150 },
      { text: '50', x: 100, y: 250 },
      { text: '67', x: 400, y: 160 },
    ];
    const print = [printed('SYS.', 40, 150), printed('DIA.', 40, 250), printed('PR', 360, 160)];
    const monitor = { kind: 'blood_pressure_monitor', lines } as const;
    expect(valuesOf(readMade({ ...monitor, print }))).toEqual({ sys: 173, dia: 50, pulse: 67 });
    expect(valuesOf(readMade({ ...monitor, print: print.slice(0, 2) }))).toEqual({ sys: null, dia: null, pulse: null });
  });

  it('are told by the number without its point, where one reader saw a point and none of the fields shows one', () => {
    const lines = column(['1.80', '66', '44']).map((line, i) => (i === 0 ? { ...line, second: '180' } : line));
    const devices = readMade({ kind: 'blood_pressure_monitor', lines });
    expect(valuesOf(devices)).toEqual({ sys: 180, dia: 66, pulse: 44 });
    expect(fieldsOf(devices)['sys']).toMatchObject({ status: 'low_confidence', reasons: ['point_uncertain'] });
  });

  it('a column beside is no part of a number where the finder of print keeps both apart, too', () => {
    const beside = (isBoxed: boolean) => {
      const lines = [
        { text: '3.23', x: 300, y: 200, isBoxed },
        { text: '97', x: 490, y: 200, isBoxed },
      ];
      return valuesOf(readMade({ kind: 'spirometer', lines, print: [printed('FVC', 220, 200)] }));
    };
    expect(beside(true)).toEqual({ fvc: 3.23 });
    expect(beside(false)).toEqual({ fvc: null });
  });
});

describe('the kind', () => {
  it('is that of a label that is printed, where the network is less sure of it than of another', () => {
    const kinds = { ...kindsOf('none', 0), glucose_meter: 0.5, peak_flow_meter: 0.12, hba1c_meter: 0.2, none: 0.1 };
    const lines = [{ text: '376', x: 300, y: 200 }];
    expect(readMade({ kind: 'none', lines, kinds })[0]!.kind).toBe('glucose_meter');
    const [device] = readMade({ kind: 'none', lines, kinds, print: [printed('PEF', 220, 200)] });
    expect(device).toMatchObject({ kind: 'peak_flow_meter', fields: { pef: { value: 376, status: 'ok' } } });
  });

  it('by looks alone is refused where it is not sure, and said where it is nearly; print that only it has tells it', () => {
    const lines = [{ text: '6.7', x: 300, y: 200 }];
    const glucose = (sure: number, print: PrintedText[] = []) =>
      fieldsOf(readMade({ kind: 'glucose_meter', sure, lines, print }))['glucose']!;
    expect(glucose(0.3).reasons).toContain('kind_uncertain');
    expect(glucose(0.8)).toMatchObject({ value: 6.7, status: 'low_confidence', reasons: ['kind_by_looks'] });
    expect(glucose(0.3, [printed('mmol/L', 420, 200)])).toMatchObject({ value: 6.7, status: 'ok' });
  });

  it('is that of a label of which one letter is missing, and not of two letters that are hardly read', () => {
    const lines = [{ text: '99', x: 300, y: 200 }];
    const kinds = { ...kindsOf('none', 0), capnometer: 0.4, pulse_oximeter: 0.3, none: 0.1 };
    const of = (print: PrintedText) => readMade({ kind: 'none', lines, kinds, print: [print] })[0]!.kind;
    expect(of(printed('SpO%', 300, 150))).toBe('pulse_oximeter');
    const lower = { ...printed('LO', 230, 200), confidence: 0.3 };
    const pressures = (print: PrintedText) =>
      fieldsOf(readMade({ kind: 'blood_pressure_monitor', lines: [{ text: '89', x: 300, y: 200 }], print: [print] }));
    expect(pressures({ ...lower, confidence: 0.9 })).toHaveProperty('dia.value', 89);
    expect(Object.values(pressures(lower)).map(({ value }) => value)).toEqual([null]);
  });
});

describe('a display that may stand on its head', () => {
  it('is not read where its digits are others then: 68 is 89; where one is none then, it is', () => {
    const of = (text: string) => {
      const lines = [{ text, x: 300, y: 200 }];
      const print = [printed('mg/dL', 420, 200)];
      return fieldsOf(readMade({ kind: 'glucose_meter', lines, print, mayBeOnItsHead: true }))['glucose']!;
    };
    expect(of('168')).toMatchObject({ value: null, reasons: ['ambiguous'] });
    expect(of('147')).toMatchObject({ value: 147, status: 'ok' });
  });
});
