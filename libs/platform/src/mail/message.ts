import { z } from 'zod';
import { Fault } from '@smartscan/kernel';
import type { MailMessage } from '../ports/mail.ts';

/** RFC 5321, 4.5.3.1.3: a path of 256 characters, two of which are its brackets. */
const MAX_ADDRESS_CHARS = 254;
/** Ours: no mail program shows more of it in a list. */
const MAX_SUBJECT_CHARS = 200;
/** Ours: the longest of our notices is some 4 KB. */
const MAX_TEXT_CHARS = 65_536;

/** Whatever could end a header or hide a part of it: controls, marks of direction, separators, halves of characters. */
const CONTROLS = String.raw`\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}`;
const LINE = new RegExp(`^[^${CONTROLS}]+$`, 'u');
/** RFC 2047: what begins so is read as something else than it is. */
const ENCODED = '=?';
/** What a text may have besides: line ends, tabs, and the joiners that some scripts and emoji are written with. */
const IN_TEXTS = /[\n\r\t\u200c\u200d]/g;
/** Becomes the local part of a Message-ID. */
const ID = /^[A-Za-z0-9_-]{1,100}$/;

const ADDRESS = z.email().max(MAX_ADDRESS_CHARS);

/** One address in ASCII, without a name, a comment or another one beside it. */
export const isAddress = (text: string): boolean => ADDRESS.safeParse(text).success;

/** Nothing that could become a second header, recipient or part. Fault `platform.mail_refused`, which repeats none of it. */
export function checkMessage({ to, subject, text, id }: MailMessage): void {
  const fits =
    isAddress(to) &&
    subject.length <= MAX_SUBJECT_CHARS &&
    LINE.test(subject) &&
    !subject.includes(ENCODED) &&
    text.length <= MAX_TEXT_CHARS &&
    LINE.test(text.replaceAll(IN_TEXTS, '')) &&
    ID.test(id);
  if (!fits) throw mailRefused();
}

/** Another try would end the same. */
export const mailRefused = (): Fault =>
  new Fault('invalid', 'platform.mail_refused', 'The message can not be delivered as it is.', {
    remedy: 'Check the address; it may be misspelled or closed.',
  });

/** `cause`: a word out of a closed list. */
export const mailUnavailable = (cause: string): Fault =>
  new Fault('unavailable', 'platform.mail_unavailable', 'Mail can not be sent just now.', {
    retryAfterSeconds: 60,
    members: { cause },
  });
