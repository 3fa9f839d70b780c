import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { Fault } from '@smartscan/kernel';
import { awsClient, awsCode, awsPasses, holdToTls, type AwsOptions, type AwsPatience } from '../cluster/aws.ts';
import type { KeyWrapper } from './keys.ts';

export interface AwsKmsOptions extends AwsOptions {
  /** The root key: id, ARN or alias of a symmetric key for encryption in this region. */
  readonly keyId: string;
  readonly patience?: AwsPatience;
}

/**
 * Ours: KMS answers in some 10 ms; three tries of three seconds and their pauses fit into ten, after which whoever waits
 * has been waiting long enough to be told. A tenant's key is asked for once a minute at most.
 */
const PATIENCE: AwsPatience = { connect: 1_000, attempt: 3_000, call: 10_000 };
const SETTING = 'SMARTSCAN_KMS_ENDPOINT';
const RETRY_AFTER_SECONDS = 5;
/** KMS API Reference, Decrypt: 1 to 6144 bytes of ciphertext. */
const MAX_WRAPPED_BYTES = 6_144;
/** A condition in the key's policy can name it: `kms:EncryptionContext:smartscan-aad`. */
const CONTEXT_KEY = 'smartscan-aad';

/** Not the root key, not this AAD, or not whole: AWS tells these apart, but never which bit. */
const MISMATCHES = new Set(['IncorrectKeyException', 'InvalidCiphertextException']);
/** No answer of 5xx, but the key comes back by itself. */
const KEY_PASSING = new Set(['KeyUnavailableException', 'DependencyTimeoutException', 'KMSInternalException']);

/**
 * The root key of a cell: it never leaves AWS KMS. The AAD is bound as encryption context, which KMS authenticates and
 * CloudTrail keeps in the clear: it may hold ids, never a secret or anything of a person. Decrypt names the key too, so
 * that what another key of the account wrapped opens nothing. Rotation of the key's material goes unnoticed.
 *
 * Faults: `platform.plaintext_refused` at once; then `platform.kms_unavailable`, `platform.kms_denied`, and from `unwrap`
 * `platform.root_key_mismatch`.
 */
export function awsKms(options: AwsKmsOptions): KeyWrapper & { close(): void } {
  const { keyId, patience = PATIENCE } = options;
  const client = new KMSClient(awsClient(options, SETTING, patience));
  holdToTls(client, SETTING);
  const asked = (aad: Uint8Array) => ({
    KeyId: keyId,
    EncryptionContext: { [CONTEXT_KEY]: `1:${Buffer.from(aad).toString('base64')}` },
  });
  const within = () => ({ abortSignal: AbortSignal.timeout(patience.call) });
  return {
    wrap: async (key, aad) => {
      const command = new EncryptCommand({ ...asked(aad), Plaintext: key });
      const { CiphertextBlob } = await client.send(command, within()).catch(refused);
      return bytesOf(CiphertextBlob);
    },
    unwrap: async (wrapped, aad) => {
      if (wrapped.length === 0 || wrapped.length > MAX_WRAPPED_BYTES) throw mismatch();
      const command = new DecryptCommand({ ...asked(aad), CiphertextBlob: wrapped });
      const { Plaintext } = await client.send(command, within()).catch(refused);
      return bytesOf(Plaintext);
    },
    close: () => client.destroy(),
  };
}

/** No copy: the caller overwrites what it gets. */
const bytesOf = (bytes: Uint8Array | undefined): Buffer => {
  if (bytes === undefined) throw unavailable('unknown');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

/** KMS's own text is dropped: it names accounts and roles. */
const refused = (error: unknown): never => {
  if (error instanceof Fault) throw error;
  const code = awsCode(error);
  if (MISMATCHES.has(code)) throw mismatch();
  if (KEY_PASSING.has(code) || awsPasses(error)) throw unavailable(code);
  throw new Fault('internal', 'platform.kms_denied', 'The root key can not be used.', {
    remedy:
      "Let the key's policy allow kms:Encrypt and kms:Decrypt to the role of this service, and see that the key is enabled, symmetric and in this region.",
    members: { aws_code: code },
  });
};

const unavailable = (code: string): Fault =>
  new Fault('unavailable', 'platform.kms_unavailable', 'The key service is not available just now.', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    members: { aws_code: code },
  });

const mismatch = (): Fault =>
  new Fault('internal', 'platform.root_key_mismatch', 'The root key does not fit the database.', {
    remedy: 'Let SMARTSCAN_KMS_KEY name the key that belongs to this database.',
  });
