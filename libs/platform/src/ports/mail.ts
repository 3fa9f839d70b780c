/** One message to one person. Plain text; never PHI: a mail leaves our systems. */
export interface MailMessage {
  /** One plain address in ASCII. */
  readonly to: string;
  /** One line, 200 characters at most. */
  readonly subject: string;
  /** 64 K characters at most. */
  readonly text: string;
  /** Repeated sending of the same message is known by it: letters, digits, `_` and `-`. */
  readonly id: string;
}

/**
 * Resolves when the next server has taken the message; a fault does not say that nobody has. Faults:
 * `platform.mail_unavailable`, `platform.mail_refused` (invalid: this message will never arrive), and for whoever operates
 * the place `platform.mail_denied` (internal).
 */
export interface Mail {
  send(message: MailMessage): Promise<void>;
}
