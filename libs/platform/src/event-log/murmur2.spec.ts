import fc from 'fast-check';
import { murmur2, partitionOf } from './murmur2.ts';

/** From Kafka's own UtilsTest#testMurmur2. */
const VECTORS: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

it.each(VECTORS)('hashes "%s" as Kafka does', (text, hash) => {
  expect(murmur2(text)).toBe(hash);
});

it('gives every key one of the partitions, always the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 100 }), (key, partitions) => {
      const partition = partitionOf(key, partitions);
      expect(partition).toBeGreaterThanOrEqual(0);
      expect(partition).toBeLessThan(partitions);
      expect(partitionOf(key, partitions)).toBe(partition);
    }),
  );
});

it('spreads keys over the partitions: none has more than twice its share', () => {
  const counts = new Map<number, number>();
  for (let n = 0; n < 6_000; n += 1) {
    const partition = partitionOf(`wsp_${n}`, 6);
    counts.set(partition, (counts.get(partition) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  expect(Math.max(...counts.values())).toBeLessThan(2_000);
});
