import { Fault, FATE_OF } from '@smartscan/kernel';
import { problemDocument } from './problem-document.ts';
import { PROBLEMS, refusal, type ProblemCode } from './problems.ts';

const context = { typeBase: 'https://docs.example/problems/', requestId: 'req_1' };

describe('problem documents (RFC 9457)', () => {
  it('show a Fault’s code, text, remedy, status and members', () => {
    const fault = new Fault('invalid', 'vitals.no_face', 'No face.', {
      status: 422,
      remedy: 'Show one.',
      members: { faces: 0 },
    });
    expect(problemDocument(fault, context)).toEqual({
      type: 'https://docs.example/problems/vitals.no_face',
      title: 'No face.',
      status: 422,
      detail: 'Show one.',
      code: 'vitals.no_face',
      request_id: 'req_1',
      faces: 0,
    });
  });

  it('let no member of a Fault stand in for a standard one', () => {
    const fault = new Fault('conflict', 'a', 'b', { members: { status: 1, code: 'x', type: 'y', request_id: 'z' } });
    expect(problemDocument(fault, context)).toMatchObject({ status: 409, code: 'a', request_id: 'req_1' });
    expect(problemDocument(fault, context).type).toBe('https://docs.example/problems/a');
  });

  it('have a status of their kind’s class', () => {
    for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
      const fault = refusal(code);
      expect([code, fault.status, Math.floor(fault.status / 100)]).toEqual([
        code,
        PROBLEMS[code].status,
        Math.floor(FATE_OF[fault.kind].status / 100),
      ]);
    }
  });
});
