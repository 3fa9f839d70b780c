/// <reference types="jest" />
import { randomBytes } from 'node:crypto';
import type { Mail, MailMessage } from '@smartscan/platform/ports';

/** What an adapter hands to the suite. */
export interface MailUnderTest {
  readonly mail: Mail;
  /** What has arrived for an address, in order; a message that came twice may be there twice. */
  receivedBy(address: string): Promise<readonly MailMessage[]>;
  /** As `mail`, when the server is away. */
  readonly away: Mail;
  dispose(): Promise<void>;
}

const REFUSED = { kind: 'invalid', code: 'platform.mail_refused' };
const unique = (): string => randomBytes(8).toString('hex');
const message = (differing: Partial<MailMessage> = {}): MailMessage => ({
  to: `dana-${unique()}@clinic.example`,
  subject: 'Your key expires soon',
  text: 'It expires in 7 days.\n',
  id: `msg_${unique()}`,
  ...differing,
});

/** However lines end in what is sent, they end in one way in what arrives. */
const asRead = ({ text, ...rest }: MailMessage): MailMessage => ({ ...rest, text: text.replaceAll('\r\n', '\n') });
const arrived = async (under: MailUnderTest, to: string): Promise<MailMessage[]> =>
  (await under.receivedBy(to)).map(({ to: recipient, subject, text, id }) =>
    asRead({ to: recipient, subject, text: text.trimEnd(), id }),
  );

const evil = 'eve@evil.example';
const REFUSALS: [string, Partial<MailMessage>][] = [
  ['no address', { to: '' }],
  ['an address without a host', { to: 'dana' }],
  ['two addresses', { to: `dana@clinic.example, ${evil}` }],
  ['an address with a name', { to: 'Dana <dana@clinic.example>' }],
  ['an address in brackets', { to: '<dana@clinic.example>' }],
  ['an address with a line end', { to: `dana@clinic.example\r\nBcc: ${evil}` }],
  ['an address with a line end after it', { to: 'dana@clinic.example\n' }],
  ['an address with a route', { to: `${evil}:dana@clinic.example` }],
  ['a quoted address', { to: '"dana>\r\nX"@clinic.example' }],
  ['an address that is not ASCII', { to: 'dañа@clinic.example' }],
  ['an address that is too long', { to: `${'a'.repeat(250)}@clinic.example` }],
  ['a subject with a second header', { subject: `x\r\nBcc: ${evil}` }],
  ['a subject with a line feed', { subject: `x\nBcc: ${evil}` }],
  ['a subject with a carriage return', { subject: `x\rBcc: ${evil}` }],
  ['a subject with a separator of lines', { subject: `x\u2028Bcc: ${evil}` }],
  ['a subject with a NUL', { subject: 'x\0' }],
  ['a subject that turns its direction', { subject: 'x\u202egnp.exe' }],
  ['a subject that reads as another', { subject: '=?utf-8?q?Bcc?= eve@evil.example' }],
  ['no subject', { subject: '' }],
  ['a subject that is too long', { subject: 'x'.repeat(201) }],
  ['a text with a NUL', { text: 'x\0' }],
  ['a text with half a character', { text: 'x\ud800' }],
  ['no text', { text: '' }],
  ['a text that is too long', { text: 'x'.repeat(65_537) }],
  ['an id with a line end', { id: `msg_1\r\nBcc: ${evil}` }],
  ['an id with a bracket', { id: 'msg_1>' }],
  ['no id', { id: '' }],
];

type Given = () => MailUnderTest;

function whatArrives(given: Given): void {
  it('a message arrives as it was sent, at who it is for and nobody else', async () => {
    const [one, other] = [message(), message()];
    await given().mail.send(one);
    await given().mail.send(other);
    expect(await arrived(given(), one.to)).toEqual([{ ...one, text: one.text.trimEnd() }]);
    expect(await arrived(given(), other.to)).toEqual([{ ...other, text: other.text.trimEnd() }]);
  });

  it.each([
    ['umlauts and other scripts', 'Größe, 患者, здоровье', 'Zoë schreibt: 患者\nздоровье 👩‍⚕️'],
    ['a subject of 200 characters', 'ü'.repeat(200), 'x'],
    ['lines that are long', 'x', `${'word '.repeat(4_000)}end`],
    ['lines that begin with dots, or are one', 'x', '.\n..\n.dot\r\n.\r\nRCPT TO:<eve@evil.example>'],
    [
      'what looks like headers and parts',
      'x',
      'Bcc: eve@evil.example\n\n--boundary\nContent-Type: text/html\n\n<b>x</b>',
    ],
    ['equal signs and percents', 'a=3D b%20c', 'a=3D\nb%20c =\n=?utf-8?q?Bcc?=\n='],
  ])('%s arrive as they are', async (_, subject, text) => {
    const sent = message({ subject, text });
    await given().mail.send(sent);
    expect(await arrived(given(), sent.to)).toEqual([asRead(sent)]);
  });

  it('a message that is sent again, also at the same time, is known by its id', async () => {
    const sent = message();
    await given().mail.send(sent);
    await Promise.all([given().mail.send(sent), given().mail.send(sent)]);
    const received = await arrived(given(), sent.to);
    expect(received.length).toBeGreaterThan(0);
    for (const each of received) expect(each).toEqual({ ...sent, text: sent.text.trimEnd() });
  });

  it('many at once all arrive', async () => {
    const to = message().to;
    const sent = Array.from({ length: 40 }, () => message({ to }));
    await Promise.all(sent.map((each) => given().mail.send(each)));
    const ids = (await arrived(given(), to)).map(({ id }) => id);
    expect(ids.sort()).toEqual(sent.map(({ id }) => id).sort());
  });

  it('when the server is away, that is a fault in bounded time that repeats nothing', async () => {
    const startedAt = performance.now();
    const fault: unknown = await given()
      .away.send(message())
      .catch((error: unknown) => error);
    expect(fault).toMatchObject({ kind: 'unavailable', code: 'platform.mail_unavailable' });
    expect(String(fault) + JSON.stringify(fault)).not.toMatch(/dana|clinic|expires/);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
}

function whatIsRefused(given: Given): void {
  it.each(REFUSALS)(
    'a message with %s is refused, nothing arrives, and the refusal repeats none of it',
    async (_, differing) => {
      const bad = message(differing);
      const fault: unknown = await given()
        .mail.send(bad)
        .catch((error: unknown) => error);
      expect(fault).toMatchObject(REFUSED);
      const told = String(fault) + JSON.stringify(fault);
      expect(told).not.toMatch(/dana|clinic|evil|Bcc/);
      expect(await given().receivedBy(evil)).toEqual([]);
      expect(await given().receivedBy(bad.to)).toEqual([]);
    },
  );
}

/** What every way to send mail owes its callers. */
export function mailConformance(name: string, make: () => Promise<MailUnderTest>): void {
  describe(name, () => {
    let under: MailUnderTest;
    beforeAll(async () => {
      under = await make();
    });
    afterAll(() => under.dispose());

    for (const prove of [whatArrives, whatIsRefused]) prove(() => under);
  });
}
