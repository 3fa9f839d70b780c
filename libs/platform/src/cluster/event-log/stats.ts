import type { GroupStats } from '../../ports/event-log.ts';
import type { Administration } from './administration.ts';
import type { Member } from './member.ts';
import type { Mirror } from './mirror.ts';
import { groupIdOf } from './topics.ts';

/** How far a group has come, as the brokers know it, and where its members in this process are ahead of that. */
export async function groupStats(
  administration: Administration,
  { group, book }: Mirror,
  members: readonly Member[],
): Promise<GroupStats> {
  const topics = [...new Set(members.flatMap((member) => member.topics))];
  const committed = await administration.ask((admin) => admin.fetchOffsets({ groupId: groupIdOf(group), topics }));
  let lag = book.waiting;
  for (const { topic, partitions } of committed) {
    const extents = await administration.extents(topic);
    for (const { partition, offset } of partitions) {
      const { low, high } = extents.get(partition) ?? { low: 0, high: 0 };
      // -1: the group has committed nothing yet. What retention has taken lags behind no more.
      const positions = members.flatMap((member) => member.position(topic, partition) ?? []);
      lag += Math.max(0, high - Math.max(low, Number(offset), ...positions));
    }
  }
  return { group, lag, parked: book.parked };
}
