import { quadOf } from '../picture/geometry.ts';
import { agreedLine } from './agreement.ts';
import { parted, rejoined } from './rejoin.ts';
import { characters, lineOf } from './stand-ins.ts';

describe('digits of several readers', () => {
  it('of which one surely sees another digit at an end give none: 47 is a piece of 147', () => {
    const lines = [{ text: '47', x: 300, y: 200 }];
    const line = { ...lineOf(lines[0]!), seconds: [characters('147'), characters('47')] };
    expect(agreedLine(line)).toMatchObject({ reasons: ['readers_disagree'], text: '47' });
    expect(agreedLine({ ...line, seconds: [characters('47')] }).reasons).toEqual([]);
  });

  it('that are several lines to one reader and one number to the other are that number, where both say the same digits', () => {
    const [whole, one] = [lineOf({ text: '47', x: 300, y: 200 }), lineOf({ text: '1', x: 270, y: 212, height: 26 })];
    const found = { text: '147', quad: quadOf(250, 150, 420, 250), characters: characters('147') };
    expect(rejoined([whole, one], [found]).map(({ text, seconds }) => [text, seconds.length])).toEqual([['147', 1]]);
    for (const other of [
      { ...found, text: '247', characters: characters('247') },
      { ...found, quad: quadOf(300, 150, 420, 250) },
    ]) {
      expect(rejoined([whole, one], [other])).toEqual([whole, one]);
    }
  });

  it('that one reader cut at the point are one number, too', () => {
    const parts = [lineOf({ text: '1', x: 300, y: 200 }), lineOf({ text: '.93', x: 336, y: 200 })];
    const found = { text: '1.93', quad: quadOf(290, 150, 460, 250), characters: characters('1.93') };
    expect(rejoined(parts, [found]).map(({ text }) => text)).toEqual(['1.93']);
  });

  it('with a point that one of them saw twice have one', () => {
    const line = lineOf({ text: '59..7', x: 300, y: 200, second: '59.7' });
    expect(agreedLine(line)).toMatchObject({ text: '59.7', reasons: [] });
  });

  it('are what the two others say, where the detector alone sees others', () => {
    const line = { ...lineOf({ text: '38', x: 300, y: 200, second: '88' }), lined: characters('88') };
    expect(agreedLine(line)).toMatchObject({ text: '88', reasons: [], alternatives: [{ value: '38' }] });
    expect(agreedLine({ ...line, lined: characters('36') }).reasons).toEqual(['readers_disagree']);
  });

  it('are what the two others say, where the detector sees nothing; of one alone they tell no more than that there is a value', () => {
    const line = { text: '', glyphs: [], quad: quadOf(0, 0, 90, 60), seconds: [characters('98')] };
    expect(agreedLine({ ...line, lined: characters('98') })).toMatchObject({ text: '98', reasons: [] });
    for (const lined of [[], characters('93')]) {
      expect(agreedLine({ ...line, lined }).reasons).toEqual(['single_reader', 'unreadable']);
    }
  });

  it('have a point that is uncertain, where one of three sees it: a lost point is ten times the value', () => {
    const line = { ...lineOf({ text: '120', x: 300, y: 200 }), lined: characters('12.0') };
    expect(agreedLine(line)).toMatchObject({ text: '12.0', pointless: '120', reasons: ['point_uncertain'] });
    const pointed = { ...lineOf({ text: '12.0', x: 300, y: 200, second: '120' }), lined: characters('12.0') };
    expect(agreedLine(pointed)).toMatchObject({ text: '12.0', reasons: [] });
  });

  it('that are two numbers to the recogniser are two where they stand apart; what two others read as one number is one', () => {
    const [first, second] = [lineOf({ text: '96', x: 100, y: 200 }), lineOf({ text: '106', x: 230, y: 200 })];
    const glyphs = [...first!.glyphs, ...second!.glyphs];
    const line = { ...lineOf({ text: '96106', x: 100, y: 200, second: '96 106' }), glyphs };
    expect(parted(line).map(({ text }) => text)).toEqual(['96', '106']);
    const near = lineOf({ text: '96106', x: 100, y: 200, second: '96 106' });
    expect(parted(near)).toEqual([]);
    expect(parted({ ...line, text: '961.6', lined: characters('961.6') })).toEqual([]);
  });
});
