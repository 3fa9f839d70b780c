import { MARKER_NAMES } from '@smartscan/kernel';
import { analyseFace, mulberry32, synthesizeBeats, synthesizeFace, synthesizeFrameTimes } from '@smartscan/signal';
import { markersOf } from './markers.ts';
import { unwitnessed, withDoubts } from './witnesses.ts';

const chance = mulberry32(3);
const train = synthesizeBeats({ heartRate: 70, sdnn: 30, respiratoryRate: 14, durationSeconds: 30, chance });
const timesSeconds = synthesizeFrameTimes(30, 30, 0, chance);
const face = synthesizeFace(train, { timesSeconds, chance });
const path = (): Float64Array => timesSeconds.map(() => 0.001 * chance());
const still = timesSeconds.map(() => 0);
const watched = { ...face, motion: path(), position: { x: path(), y: path() }, backdrop: [face.patches[0]!] };

describe('what nobody watched beside a pulse', () => {
  it('is nothing where movement and light were told', () => {
    expect(unwitnessed(watched)).toEqual([]);
  });

  it('is both where colours alone came', () => {
    expect(unwitnessed(face)).toEqual(['movement_not_witnessed', 'light_not_witnessed']);
  });

  it.each([
    ['no motion', { ...face, position: watched.position, backdrop: watched.backdrop }, 'movement_not_witnessed'],
    ['motion that never changes', { ...watched, motion: still }, 'movement_not_witnessed'],
    [
      'a place that is mostly unknown',
      { ...watched, position: { x: path().fill(NaN, 300), y: path() } },
      'movement_not_witnessed',
    ],
    ['no place beside the face', { ...watched, backdrop: [] }, 'light_not_witnessed'],
    [
      'a wall that never changes',
      { ...watched, backdrop: [{ name: 'wall', red: still, green: still, blue: still }] },
      'light_not_witnessed',
    ],
  ])('is told of %s', (_, traces, reason) => {
    expect(unwitnessed(traces)).toEqual([reason]);
  });
});

describe('markers that rest on what nobody watched', () => {
  const markers = markersOf({ analysis: analyseFace(face), person: {} });
  const doubts = unwitnessed(face);

  it('are never ok, and say why, with the value that they have', () => {
    const doubted = withDoubts(markers, doubts);
    expect(markers.heart_rate.status).toBe('ok');
    for (const name of MARKER_NAMES) {
      if (markers[name].value === null) expect(doubted[name]).toEqual(markers[name]);
      else {
        expect(doubted[name]).toMatchObject({ value: markers[name].value, status: 'low_confidence' });
        expect(doubted[name].reasons).toEqual([...markers[name].reasons, ...doubts]);
      }
    }
  });

  it('are as they are where all was watched', () => {
    expect(withDoubts(markers, [])).toBe(markers);
  });
});
