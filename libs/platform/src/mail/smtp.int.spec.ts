import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { mailConformance } from '@smartscan/testing/mail';
import { smtpMail, type SmtpOptions } from './smtp.ts';
import { selfMade, TestSmtp } from './test-smtp.ts';

const FROM = 'no-reply@smartscan.example';
const PATIENCE = { connect: 400, silence: 600, send: 1_500 };
const certificate = selfMade();
const TLS = { ca: certificate.cert };

mailConformance('mail by SMTP', async () => {
  const smtp = await TestSmtp.open(certificate);
  const mail = smtpMail({ host: 'localhost', port: smtp.port, from: FROM, ...TLS });
  const away = smtpMail({ host: '127.0.0.1', port: 1, from: FROM, patience: PATIENCE });
  return {
    mail,
    receivedBy: async (address) => smtp.receivedBy(address),
    away,
    dispose: async () => {
      mail.close();
      away.close();
      await smtp.close();
    },
  };
});

describe('mail by SMTP', () => {
  const message = { to: 'dana@clinic.example', subject: 'Hello', text: 'A notice.', id: 'msg_1' };
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const serve = async (options: SMTPServerOptions = certificate, port = 0): Promise<TestSmtp> => {
    const smtp = await TestSmtp.open(options, port);
    closing.push(() => smtp.close());
    return smtp;
  };
  const mailTo = (port: number, options: Partial<SmtpOptions> = {}) => {
    const mail = smtpMail({ host: '127.0.0.1', port, from: FROM, patience: PATIENCE, ...options });
    closing.push(() => mail.close());
    return mail;
  };
  const faultOf = (attempt: Promise<unknown>): Promise<unknown> =>
    attempt.then(
      () => 'no fault',
      (fault: unknown) => fault,
    );
  /** As smtp-server answers: a code and a text that, as real ones do, repeats the address. */
  const refusal = (responseCode: number): Error =>
    Object.assign(new Error('<dana@clinic.example> CANARY'), { responseCode });

  it('is plain text with one recipient, an id that follows from the message, and a mark that no machine answers', async () => {
    const smtp = await serve();
    await mailTo(smtp.port, TLS).send({ ...message, text: '<b>Zoë</b>' });
    const [taken] = smtp.taken;
    expect(taken).toMatchObject({ from: FROM, to: [message.to], secure: true });
    expect(taken?.raw).toMatch(/^Message-ID: <msg_1@smartscan\.example>\r$/m);
    expect(taken?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(taken?.raw).toMatch(/^Content-Type: text\/plain; charset=utf-8\r$/m);
    expect(taken?.raw).not.toMatch(/text\/html|multipart|^Bcc|^Cc/im);
  });

  it('takes its connection again for the next message', async () => {
    let connections = 0;
    const onConnect: SMTPServerOptions['onConnect'] = (_, done) => {
      connections += 1;
      done();
    };
    const smtp = await serve({ ...certificate, onConnect });
    const mail = mailTo(smtp.port, TLS);
    for (let n = 0; n < 5; n += 1) await mail.send({ ...message, id: `msg_${n}` });
    expect([smtp.taken.length, connections]).toEqual([5, 1]);
  });

  it('logs in where it has a user, over TLS only', async () => {
    const onAuth: SMTPServerOptions['onAuth'] = ({ username, password }, _, done) =>
      password === 'right' ? done(null, { user: username }) : done(refusal(535));
    const smtp = await serve({ ...certificate, authOptional: false, onAuth });
    await mailTo(smtp.port, { ...TLS, user: 'cell', password: 'right' }).send(message);
    expect(smtp.taken).toMatchObject([{ user: 'cell', secure: true }]);
    const fault = await faultOf(mailTo(smtp.port, { ...TLS, user: 'cell', password: 'wrong' }).send(message));
    // Not the message's fault: it is tried again when the password is right.
    expect(fault).toMatchObject({ kind: 'internal', code: 'platform.mail_denied' });
    expect(String(fault) + JSON.stringify(fault)).not.toMatch(/wrong|cell|CANARY/);
    const anonymous = await faultOf(mailTo(smtp.port, TLS).send(message));
    expect(anonymous).toMatchObject({ kind: 'internal', code: 'platform.mail_denied' });
  });

  it('P40: goes over TLS from the first byte where that is asked for', async () => {
    const smtp = await serve({ ...certificate, secure: true });
    await mailTo(smtp.port, { ...TLS, implicitTls: true }).send(message);
    expect(smtp.taken).toMatchObject([{ secure: true }]);
  });

  it('P40: over the network nothing is said in the clear, whatever the server offers', async () => {
    // No loopback by its name, though on this system it leads there.
    const host = '0.0.0.0';
    const plain = await serve({ disabledCommands: ['STARTTLS'] });
    const refusing = await serve({ ...certificate, hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    for (const smtp of [plain, refusing]) {
      const fault = await faultOf(mailTo(smtp.port, { host, user: 'cell', password: 'CANARY' }).send(message));
      expect(fault).toMatchObject({ code: 'platform.mail_denied' });
      expect(smtp.taken).toEqual([]);
    }
    // The same host is reached where it shows a certificate that fits.
    const fitting = selfMade('IP:0.0.0.0');
    const smtp = await serve(fitting);
    await mailTo(smtp.port, { host, ca: fitting.cert }).send(message);
    expect(smtp.taken).toMatchObject([{ secure: true }]);
  });

  it('P40: a certificate of another authority or for another host is not good enough', async () => {
    const smtp = await serve();
    const elsewhere = selfMade('DNS:elsewhere.example');
    const other = await serve(elsewhere);
    const attempts = [
      mailTo(smtp.port, { ca: selfMade().cert }),
      mailTo(smtp.port, { host: '0.0.0.0' }),
      mailTo(other.port, { ca: elsewhere.cert }),
    ];
    for (const mail of attempts)
      expect(await faultOf(mail.send(message))).toMatchObject({ code: 'platform.mail_unavailable' });
    expect([...smtp.taken, ...other.taken]).toEqual([]);
  });

  it('on this machine’s own loopback may do without, unless an authority is named', async () => {
    const smtp = await serve({ disabledCommands: ['STARTTLS'] });
    await mailTo(smtp.port).send(message);
    expect(smtp.taken).toMatchObject([{ secure: false }]);
    expect(await faultOf(mailTo(smtp.port, TLS).send(message))).toMatchObject({ code: 'platform.mail_denied' });
    expect(smtp.taken).toHaveLength(1);
  });

  it.each([
    ['onRcptTo', 550, 'invalid', 'platform.mail_refused'],
    ['onRcptTo', 553, 'invalid', 'platform.mail_refused'],
    ['onRcptTo', 450, 'unavailable', 'platform.mail_unavailable'],
    ['onRcptTo', 421, 'unavailable', 'platform.mail_unavailable'],
    ['onData', 554, 'invalid', 'platform.mail_refused'],
    ['onData', 452, 'unavailable', 'platform.mail_unavailable'],
    ['onMailFrom', 550, 'internal', 'platform.mail_denied'],
    ['onMailFrom', 451, 'unavailable', 'platform.mail_unavailable'],
    ['onConnect', 554, 'internal', 'platform.mail_denied'],
    ['onConnect', 421, 'unavailable', 'platform.mail_unavailable'],
  ] as const)(
    'a server that answers %s with %d: %s, %s, and nothing of its text is told',
    async (at, code, kind, ours) => {
      const refuse = (...args: unknown[]): void => {
        const done = args.at(-1) as (error: Error) => void;
        if (at === 'onData') (args[0] as NodeJS.ReadableStream).resume();
        done(refusal(code));
      };
      const smtp = await serve({ ...certificate, [at]: refuse });
      const fault = await faultOf(mailTo(smtp.port, TLS).send(message));
      expect(fault).toMatchObject({ kind, code: ours });
      expect(String(fault) + JSON.stringify(fault)).not.toMatch(/dana|clinic|CANARY/);
    },
  );

  describe('to a server that', () => {
    /** Not a server at all, only what a socket does. */
    const behave = async (how: (socket: Socket) => void): Promise<number> => {
      const sockets = new Set<Socket>();
      const server: Server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        how(socket);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      closing.push(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
      });
      return (server.address() as AddressInfo).port;
    };

    it.each<[string, (socket: Socket) => void]>([
      ['says nothing', () => undefined],
      ['hangs up', (socket) => void socket.destroy()],
      ['greets and says nothing more', (socket) => void socket.write('220 hello\r\n')],
      [
        'hangs up after the recipient',
        (socket) => {
          socket.write('220 hello\r\n');
          socket.on('data', (data) => {
            if (String(data).startsWith('RCPT')) socket.destroy();
            else socket.write('250 ok\r\n');
          });
        },
      ],
      ['talks nonsense', (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n')],
      [
        'says a word every now and then, and never the last one',
        (socket) => {
          socket.write('220-hello\r\n');
          const timer = setInterval(() => socket.write('220-wait\r\n'), 100);
          socket.once('close', () => clearInterval(timer));
        },
      ],
    ])('%s, it is a fault in bounded time', async (_, how) => {
      const mail = mailTo(await behave(how));
      const startedAt = performance.now();
      expect(await faultOf(mail.send(message))).toMatchObject({
        kind: 'unavailable',
        code: 'platform.mail_unavailable',
        extras: { retryAfterSeconds: 60 },
      });
      expect(performance.now() - startedAt).toBeLessThan(PATIENCE.send + 500);
    });

    it('hangs, no more than 200 messages wait; the next is told at once, and all is well when the server is', async () => {
      let hangs = true;
      const onMailFrom: SMTPServerOptions['onMailFrom'] = (_, __, done) => (hangs ? undefined : done());
      const smtp = await serve({ ...certificate, onMailFrom });
      const mail = mailTo(smtp.port, TLS);
      const waiting = Array.from({ length: 200 }, (_, n) => faultOf(mail.send({ ...message, id: `msg_${n}` })));
      const startedAt = performance.now();
      expect(await faultOf(mail.send(message))).toMatchObject({ code: 'platform.mail_unavailable' });
      expect(performance.now() - startedAt).toBeLessThan(200);
      for (const fault of await Promise.all(waiting))
        expect(fault).toMatchObject({ code: 'platform.mail_unavailable' });
      expect(performance.now() - startedAt).toBeLessThan(PATIENCE.send + 1_000);
      hangs = false;
      await mail.send({ ...message, id: 'msg_after' });
      expect(smtp.receivedBy(message.to).map(({ id }) => id)).toEqual(['msg_after']);
    });
  });

  it('goes on with the next message when the server was started anew', async () => {
    const first = await serve();
    const mail = mailTo(first.port, TLS);
    await mail.send(message);
    const { port } = first;
    await first.close();
    expect(await faultOf(mail.send(message))).toMatchObject({ code: 'platform.mail_unavailable' });
    const second = await serve(certificate, port);
    await mail.send({ ...message, id: 'msg_2' });
    expect(second.receivedBy(message.to)).toMatchObject([{ id: 'msg_2' }]);
  });

  it('has a sender that is one plain address', () => {
    for (const from of ['', 'SmartScan <no-reply@smartscan.example>', 'a@b.example\r\nBcc: eve@evil.example'])
      expect(() => smtpMail({ host: 'localhost', port: 25, from })).toThrow(
        expect.objectContaining({ code: 'platform.mail_sender' }) as Error,
      );
  });
});
