/** Austin Appleby's MurmurHash2 with Kafka's seed. Source: org.apache.kafka.common.utils.Utils#murmur2. */
const SEED = 0x9747_b28c;
const M = 0x5bd1_e995;
const R = 24;

/** A signed 32-bit hash of the text's UTF-8 bytes. */
export function murmur2(text: string): number {
  const data = Buffer.from(text, 'utf8');
  const whole = data.length & ~3;
  let hash = SEED ^ data.length;
  for (let at = 0; at < whole; at += 4) {
    const scrambled = Math.imul(data.readInt32LE(at), M);
    hash = Math.imul(hash, M) ^ Math.imul(scrambled ^ (scrambled >>> R), M);
  }
  for (let at = data.length - 1; at >= whole; at -= 1) hash ^= data.readUInt8(at) << ((at - whole) * 8);
  if (data.length > whole) hash = Math.imul(hash, M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) | 0;
}

/** The partition that Kafka's clients would pick for the key (kafkajs: DefaultPartitioner). */
export const partitionOf = (key: string, partitions: number): number => (murmur2(key) & 0x7fff_ffff) % partitions;
