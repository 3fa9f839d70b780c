import { randomBytes } from 'node:crypto';
import {
  CredentialsMethod,
  FgaApiError,
  FgaApiInternalError,
  FgaApiValidationError,
  OpenFgaClient,
} from '@openfga/sdk';
import fc from 'fast-check';
import { testEngines } from '@smartscan/testing/engines';
import { Fault } from '@smartscan/kernel';
import type { Relation } from '../ports/authorizer.ts';
import { evaluate } from './evaluate.ts';
import { compileModel, parseModel, readModel, type Model } from './model.ts';
import { anyModel, everyFact, everyQuestion, PEOPLE } from './random-models.ts';
import { Tuples } from './tuples.ts';

const { url, token } = testEngines().openFga;
const client = new OpenFgaClient({
  apiUrl: url,
  credentials: { method: CredentialsMethod.ApiToken, config: { token } },
  // What it could not answer in time it can't the next time either.
  retryParams: { maxRetry: 0 },
});

/** `error`: it can't be answered. */
type Answer = boolean | 'error';

/** Some drawn facts lead in so many circles that the server runs out of the time that it gives itself: 3 s. */
class OutOfTime extends Error {}

const tupleOf = ({ subject, relation, object }: Relation) => ({ user: subject, relation, object });

function here(model: Model, facts: readonly Relation[], question: Relation): Answer {
  try {
    return evaluate(model, new Tuples(facts), question);
  } catch (error) {
    if (error instanceof Fault) return 'error';
    throw error;
  }
}

/** A store of its own with this model and these facts. A model that lets nobody in by any way is refused, and is skipped. */
async function storeWith(model: Model, facts: readonly Relation[]): Promise<(question: Relation) => Promise<Answer>> {
  const { id: storeId } = await client.createStore({ name: `agreement_${randomBytes(6).toString('hex')}` });
  const written = await client.writeAuthorizationModel(model.json, { storeId }).catch((error: unknown) => {
    if (error instanceof FgaApiValidationError) return undefined;
    throw error;
  });
  fc.pre(written !== undefined);
  const authorizationModelId = written?.authorization_model_id ?? '';
  const at = { storeId, authorizationModelId };
  for (let from = 0; from < facts.length; from += 100) {
    await client.write({ writes: facts.slice(from, from + 100).map(tupleOf) }, at);
  }
  return async (question) => {
    try {
      return (await client.check(tupleOf(question), at)).allowed ?? 'error';
    } catch (error) {
      if (error instanceof FgaApiInternalError && error.apiErrorCode === 'deadline_exceeded') throw new OutOfTime();
      if (error instanceof FgaApiError) return 'error';
      throw error;
    }
  };
}

const tally = { checks: 0, yes: 0 };

async function expectAgreement(
  model: Model,
  facts: readonly Relation[],
  questions: readonly Relation[],
): Promise<void> {
  const there = await storeWith(model, facts);
  for (let from = 0; from < questions.length; from += 16) {
    const asked = questions.slice(from, from + 16);
    const theirs = await Promise.all(asked.map(there));
    const ours = asked.map((question) => here(model, facts, question));
    expect(asked.map((question, at) => [question, ours[at]])).toEqual(
      asked.map((question, at) => [question, theirs[at]]),
    );
    tally.checks += asked.length;
    tally.yes += theirs.filter((answer) => answer === true).length;
  }
}

/** Draws other facts in place of those that the server has no answer to; `tally` is of what it had. */
async function ifInTime(agreement: Promise<void>): Promise<void> {
  const before = { ...tally };
  await agreement.catch((error: unknown) => {
    if (!(error instanceof OutOfTime)) throw error;
    Object.assign(tally, before);
    fc.pre(false);
  });
}

describe('the evaluator in the process and the OpenFGA server', () => {
  beforeEach(() => Object.assign(tally, { checks: 0, yes: 0 }));

  it('agree on 1,200 questions to our model, whatever the facts are', async () => {
    const model = await readModel();
    const possible = everyFact(model);
    const questions = everyQuestion(model, ['user:0', 'user:1', 'api_key:0', 'staff:0', 'support_ticket:0']);
    await fc.assert(
      fc.asyncProperty(fc.subarray(possible, { maxLength: 60 }), fc.infiniteStream(fc.nat()), async (facts, chance) => {
        const some = Array.from({ length: 60 }, () => questions[(chance.next().value as number) % questions.length]);
        await expectAgreement(model, facts, some as Relation[]);
      }),
      { numRuns: 20 },
    );
    expect(tally.checks).toBe(1_200);
    expect(tally.yes).toBeGreaterThan(0);
  });

  it('agree on 2,880 questions to any models, with circles, sets of sets and everybody in the facts', async () => {
    const answered = { models: 0 };
    const facts = (model: Model) => fc.shuffledSubarray(everyFact(model), { minLength: 20, maxLength: 90 });
    await fc.assert(
      fc.asyncProperty(
        anyModel.map(compileModel).chain((model) => fc.tuple(fc.constant(model), facts(model))),
        async ([model, told]) => {
          await ifInTime(expectAgreement(model, told, everyQuestion(model, PEOPLE.slice(0, 2))));
          answered.models += 1;
        },
      ),
      { numRuns: 40 },
    );
    expect([answered.models, tally.checks]).toEqual([40, 2_880]);
    expect(tally.yes).toBeGreaterThan(tally.checks / 20);
  });

  it('agree on how many steps an answer may follow from', async () => {
    const model = parseModel(
      'model\n  schema 1.1\ntype user\ntype group\n  relations\n    define member: [user, group#member]\n',
    );
    const chain = Array.from({ length: 40 }, (_, at) => ({
      subject: at === 0 ? 'user:0' : `group:${at - 1}#member`,
      relation: 'member',
      object: `group:${at}`,
    }));
    const questions = chain.map(({ object }) => ({ subject: 'user:0', relation: 'member', object }));
    await expectAgreement(model, chain, questions);
    expect([tally.yes, tally.checks]).toEqual([26, 40]);
  });
});
