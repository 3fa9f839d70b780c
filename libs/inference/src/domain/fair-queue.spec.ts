import fc from 'fast-check';
import {
  BATCH_SHARE,
  EMPTY_QUEUE,
  enqueue,
  next,
  withdraw,
  type FairQueue,
  type Lane,
  type Ticket,
} from './fair-queue.ts';

const SEED = 11;
const TENANTS = ['a', 'b', 'c', 'd'];
const WEIGHTS: Readonly<Record<string, number>> = { a: 1, b: 1, c: 2, d: 0.5 };
const MOST_WORK = 5;

const asked = fc.record({
  tenant: fc.constantFrom(...TENANTS),
  lane: fc.constantFrom<Lane>('interactive', 'batch'),
  // Whole ones too, so that some are level with others.
  work: fc.oneof(fc.double({ min: 0.1, max: MOST_WORK, noNaN: true }), fc.integer({ min: 1, max: MOST_WORK })),
});
const ticketsOf = (all: readonly { tenant: string; lane: Lane; work: number }[]): Ticket[] =>
  all.map((one, id) => ({ ...one, id, weight: WEIGHTS[one.tenant]! }));

const tickets = fc.array(asked, { minLength: 1, maxLength: 60 }).map(ticketsOf);
/** What is done from step to step: somebody comes, or the next is served. */
const steps = fc.array(fc.oneof(asked, fc.constant('serve' as const)), { maxLength: 80 });

const all = (queue: FairQueue): Ticket[] => {
  const order: Ticket[] = [];
  for (let turn = next(queue); turn !== undefined; turn = next(turn.queue)) order.push(turn.ticket);
  return order;
};
const queueOf = (given: readonly Ticket[]): FairQueue => given.reduce(enqueue, EMPTY_QUEUE);
const workOf = (given: readonly Ticket[]): number => given.reduce((sum, { work }) => sum + work, 0);

const PAIRS = TENANTS.flatMap((one, at) => TENANTS.slice(at + 1).map((other) => [one, other] as const));

/** How far apart, in work by weight, two tenants ever are while both of them wait. */
const furthestApart = (order: readonly Ticket[], pair: readonly [string, string]): number => {
  let [apart, furthest] = [0, 0];
  for (const [at, { tenant, work, weight }] of order.entries()) {
    const waiting = new Set(order.slice(at).map((one) => one.tenant));
    if (!pair.every((name) => waiting.has(name))) return furthest;
    if (tenant === pair[0]) apart += work / weight;
    if (tenant === pair[1]) apart -= work / weight;
    furthest = Math.max(furthest, Math.abs(apart));
  }
  return furthest;
};

describe('the fair queue', () => {
  it('serves whenever somebody waits, each once, and nobody else', () => {
    fc.assert(
      fc.property(steps, (given) => {
        let [queue, came] = [EMPTY_QUEUE, 0];
        const waiting = new Set<number>();
        for (const step of given) {
          if (step !== 'serve') {
            queue = enqueue(queue, { ...step, id: came, weight: WEIGHTS[step.tenant]! });
            waiting.add(came++);
            continue;
          }
          const turn = next(queue);
          expect(turn === undefined).toBe(waiting.size === 0);
          if (turn === undefined) continue;
          expect(waiting.delete(turn.ticket.id)).toBe(true);
          queue = turn.queue;
        }
        expect(
          all(queue)
            .map(({ id }) => id)
            .sort((a, b) => a - b),
        ).toEqual([...waiting]);
      }),
      { seed: SEED },
    );
  });

  it('keeps the order of each tenant within a lane', () => {
    fc.assert(
      fc.property(tickets, (given) => {
        const order = all(queueOf(given));
        for (const tenant of TENANTS) {
          for (const lane of ['interactive', 'batch']) {
            const own = order.filter((one) => one.tenant === tenant && one.lane === lane).map(({ id }) => id);
            expect(own).toEqual([...own].sort((a, b) => a - b));
          }
        }
      }),
      { seed: SEED },
    );
  });

  it('gives no tenant more than its share and one scan while another waits', () => {
    fc.assert(
      fc.property(tickets, (given) => {
        const lane = given.map((one) => ({ ...one, lane: 'interactive' as const }));
        const order = all(queueOf(lane));
        for (const pair of PAIRS) {
          const most = pair.reduce((sum, name) => sum + MOST_WORK / WEIGHTS[name]!, 0);
          expect(furthestApart(order, pair)).toBeLessThanOrEqual(most + 1e-9);
        }
      }),
      { seed: SEED },
    );
  });

  it('serves as if one that was withdrawn had never been there', () => {
    fc.assert(
      fc.property(steps, asked, fc.nat(80), fc.nat(80), (given, ghost, comes, stays) => {
        const served = (withGhost: boolean): (number | undefined)[] => {
          let queue = EMPTY_QUEUE;
          const order: (number | undefined)[] = [];
          given.forEach((step, at) => {
            if (withGhost && at === comes) queue = enqueue(queue, { ...ghost, id: -1, weight: 1 });
            // Withdrawn before anybody is served, or later; a ghost that was served is no ghost.
            if (at === comes + stays) queue = withdraw(queue, -1);
            if (step !== 'serve') {
              queue = enqueue(queue, { ...step, id: at, weight: WEIGHTS[step.tenant]! });
              return;
            }
            const turn = next(queue);
            order.push(turn?.ticket.id);
            queue = turn?.queue ?? queue;
          });
          return [...order, ...all(withdraw(queue, -1)).map(({ id }) => id)];
        };
        const haunted = served(true);
        fc.pre(!haunted.includes(-1));
        expect(haunted).toEqual(served(false));
      }),
      { seed: SEED },
    );
  });

  it('lets batch before a scan that is waited for once at most, but for the share that batch is promised', () => {
    fc.assert(
      fc.property(tickets, (given) => {
        const order = all(queueOf(given));
        let [interactive, batch] = [0, 0];
        for (const { lane, work } of order.slice(0, order.findLastIndex((one) => one.lane === 'interactive') + 1)) {
          if (lane === 'interactive') interactive += work;
          else batch += work;
          expect(batch).toBeLessThanOrEqual((BATCH_SHARE / (1 - BATCH_SHARE)) * interactive + MOST_WORK + 1e-9);
        }
      }),
      { seed: SEED },
    );
  });

  it('serves batch its share while both lanes wait', () => {
    const given = ticketsOf(
      Array.from({ length: 200 }, (_, n) => ({ tenant: 'a', lane: n % 2 === 0 ? 'interactive' : 'batch', work: 1 })),
    );
    const first = all(queueOf(given)).slice(0, 100);
    expect(workOf(first.filter(({ lane }) => lane === 'batch'))).toBe(10);
  });

  it('lets nobody save up: one that comes late is level with the others, not ahead', () => {
    const old = ticketsOf(Array.from({ length: 20 }, () => ({ tenant: 'a', lane: 'interactive' as const, work: 1 })));
    let queue = queueOf(old);
    for (let n = 0; n < 10; n++) queue = next(queue)!.queue;
    for (let n = 0; n < 10; n++)
      queue = enqueue(queue, { id: 100 + n, tenant: 'b', lane: 'interactive', work: 1, weight: 1 });
    const order = all(queue).map(({ tenant }) => tenant);
    expect(order.slice(0, 10).filter((tenant) => tenant === 'b')).toHaveLength(5);
  });
});
