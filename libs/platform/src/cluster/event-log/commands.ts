import { randomUUID } from 'node:crypto';
import { AssignerProtocol, type GroupDescription } from 'kafkajs';
import { Fault, SECOND_MS } from '@smartscan/kernel';
import { Doorbell } from '../../outbox/doorbell.ts';
import type { Administration } from './administration.ts';
import { closedFault } from './client.ts';
import { laneName } from './entry.ts';
import type { Mirror } from './mirror.ts';
import { askRecord, type Request, type RequestKind } from './requests.ts';
import type { Sender } from './sender.ts';
import { groupIdOf } from './topics.ts';

export interface CommandParts {
  readonly mirror: Mirror;
  readonly administration: Administration;
  readonly sender: Sender;
  readonly sessionTimeoutMs: number;
  readonly isClosed: () => boolean;
}

/** Ours: what is done is told at once; who is in the group is asked that often while it is waited for. */
const LOOK_EVERY_MS = SECOND_MS / 2;
/** Ours: while a group is being shared anew. */
const SETTLE_EVERY_MS = 50;
/** Ours: the client joins the group for it, which takes a broker 3 s by default, and waits for 5 s of its own. */
const MOVE_WITHIN_MS = 30 * SECOND_MS;
/** Ours: by then a living group has an owner for every partition. */
const SESSIONS_WITHOUT_MEMBER = 3;

/**
 * Asks the owners of the group's partitions to deliver what is parked, and waits until they have. Resolves with the
 * number of parked events that were handled this time. Fault `platform.group_has_no_member` (unavailable) where nobody
 * does it; whoever comes within a day then does.
 */
export async function replayGroup(parts: CommandParts): Promise<number> {
  await parts.mirror.catchUp();
  const lanes = parts.mirror.book.lanes();
  if (lanes.length === 0) return 0;
  const request = requestOf('replay', lanes);
  await asking(request, parts, async (look) => {
    let peopledAt = performance.now();
    for (; request.remaining.size > 0; await look()) {
      if ((await members(parts)).count > 0) peopledAt = performance.now();
      if (performance.now() - peopledAt > parts.sessionTimeoutMs * SESSIONS_WITHOUT_MEMBER) throw noMember();
    }
  });
  return request.handled;
}

/**
 * Lets a group read again all that its topics still have: by its members, each at the next pause between two events; or,
 * where it has none, by moving what it has committed.
 */
export async function rewindGroup(parts: CommandParts): Promise<void> {
  for (;;) {
    refuseClosed(parts);
    const { count, lanes } = await members(parts);
    if (count === 0) {
      if (await moveToStart(parts)) return;
    } else if (lanes.length > 0) {
      if (await rewindMembers(parts, lanes)) return;
    }
    // It is just being shared anew.
    await new Promise((resolve) => setTimeout(resolve, SETTLE_EVERY_MS));
  }
}

/** False where the group has lost its members meanwhile. */
async function rewindMembers(parts: CommandParts, lanes: readonly string[]): Promise<boolean> {
  const request = requestOf('rewind', lanes);
  let isPeopled = true;
  await asking(request, parts, async (look) => {
    for (; request.remaining.size > 0 && isPeopled; await look()) isPeopled = (await members(parts)).count > 0;
  });
  return request.remaining.size === 0;
}

const requestOf = (kind: RequestKind, lanes: readonly string[]): Request => ({
  id: randomUUID(),
  kind,
  remaining: new Set(lanes),
  handled: 0,
});

async function asking(
  request: Request,
  parts: CommandParts,
  wait: (look: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { mirror, sender } = parts;
  const bell = new Doorbell();
  const unsubscribe = mirror.subscribe(() => bell.ring());
  mirror.requests.watch(request);
  try {
    await sender.send([askRecord(mirror.topics.control, request)]);
    await wait(async () => {
      refuseClosed(parts);
      const until = performance.now() + LOOK_EVERY_MS;
      // Everything that is read rings; only what this request lacks is looked for.
      for (let left = LOOK_EVERY_MS; left > 0 && request.remaining.size > 0; left = until - performance.now()) {
        await bell.heard(left);
      }
    });
  } finally {
    unsubscribe();
    mirror.requests.unwatch(request);
  }
}

/** How many members a group has, and what they own; nothing while it is being shared. */
async function members({ administration, mirror }: CommandParts): Promise<{ count: number; lanes: string[] }> {
  const { groups } = await administration.ask((admin) => admin.describeGroups([groupIdOf(mirror.group)]));
  const found = groups[0]?.members ?? [];
  return { count: found.length, lanes: groups[0]?.state === 'Stable' ? found.flatMap(lanesOf) : [] };
}

function lanesOf({ memberAssignment }: GroupDescription['members'][number]): string[] {
  const assignment = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {};
  return Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((p) => laneName(topic, p)));
}

/** False where somebody has joined meanwhile. */
async function moveToStart({ administration, mirror }: CommandParts): Promise<boolean> {
  const groupId = groupIdOf(mirror.group);
  const committed = await administration.ask((admin) => admin.fetchOffsets({ groupId }));
  for (const { topic } of committed) {
    const extents = await administration.extents(topic);
    const partitions = [...extents].map(([partition, { low }]) => ({ partition, offset: String(low) }));
    try {
      await administration.ask((admin) => admin.setOffsets({ groupId, topic, partitions }), MOVE_WITHIN_MS);
    } catch (error) {
      if (error instanceof Fault && error.extras.members?.['reason'] === 'KafkaJSNonRetriableError') return false;
      throw error;
    }
  }
  return true;
}

function refuseClosed({ isClosed }: CommandParts): void {
  if (isClosed()) throw closedFault();
}

const noMember = (): Fault =>
  new Fault('unavailable', 'platform.group_has_no_member', 'The consumer group has no running member.', {
    remedy: 'Start the process that the group belongs to; the parked events are then delivered.',
  });
