import { type ErrorDetails, SecretError, SecretOutage } from '../../core/errors.ts';
import { codeOf } from '../parse.ts';

/** What the client's errors mean, in words of our own: they carry the request, and what came back. Pure. */

const refused = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

const busy = new Set(['LimitExceededException', 'ThrottlingException', 'TooManyRequestsException']);

const untrusted =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_|ERR_SSL_|EPROTO)/;

/** Thrown in the place of a request that would not have travelled by TLS. */
export class NotEncrypted extends Error {}

/** `what` was asked for, `aws-sm rabbitmq/order-service`; `action` is what IAM calls it. */
export function awsRefusal(error: unknown, what: string, action: string, details: ErrorDetails): SecretError {
  if (error instanceof NotEncrypted) return notEncrypted(details);
  const facts = factsOf(error);
  const { outage = false, message, hint } = answered(facts, action) ?? unanswered(facts, messageOf(error));
  return new (outage ? SecretOutage : SecretError)(`${message}: ${what}`, { ...details, hint });
}

interface Words {
  /** The same may work later. */
  readonly outage?: true;
  readonly message: string;
  readonly hint: string;
}

/** What AWS says, or the client before it asks. */
function answered({ name, status }: Facts, action: string): Words | undefined {
  if (refused.has(name) || status === 401 || status === 403) {
    return {
      message: `AWS refuses ${action}`,
      hint: `a policy must allow secretsmanager:${action} on it; are the credentials valid still?`,
    };
  }
  if (name === 'CredentialsProviderError') {
    return {
      message: 'nothing says who AWS is asked as',
      hint: 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run with a role',
    };
  }
  if (name === 'DecryptionFailure' || name === 'EncryptionFailure') {
    return {
      message: 'AWS cannot use the key of the secret',
      hint: 'see whether the key is enabled, and who may use it (kms:Decrypt, kms:GenerateDataKey)',
    };
  }
  if (busy.has(name) || status === 429)
    return { outage: true, message: 'AWS has too many requests', hint: 'run again later' };
  if (status !== undefined && status >= 500)
    return { outage: true, message: `AWS Secrets Manager failed (${status})`, hint: 'run again later' };
  if (status !== undefined)
    return {
      message: `AWS Secrets Manager answers ${action} with ${status}, unexpectedly`,
      hint: 'is its name right?',
    };
  return undefined;
}

/** Nothing came back: where it was asked, and what is in between. */
function unanswered({ name, code }: Facts, message: string): Words {
  if (/region/i.test(message)) return { message: 'no region of AWS is given', hint: 'set AWS_REGION' };
  if (untrusted.test(code))
    return {
      message: `AWS Secrets Manager cannot be trusted (${code})`,
      hint: 'AWS_CA_BUNDLE names the certificates of authorities',
    };
  const late = name === 'AbortError' || name === 'TimeoutError';
  const why = late && code === unknownCode ? 'no answer in time' : code;
  return {
    outage: true,
    message: `cannot reach AWS Secrets Manager (${why})`,
    hint: 'check the network, AWS_REGION and AWS_ENDPOINT_URL_SECRETS_MANAGER',
  };
}

export function notEncrypted(details: ErrorDetails): SecretError {
  return new SecretError('the endpoint of AWS Secrets Manager does not begin with https://', {
    ...details,
    hint: 'secrets travel by TLS only: see AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ENDPOINT_URL and endpoint_url in the configuration of AWS',
  });
}

export function isAws(error: unknown, name: string): boolean {
  return factsOf(error).name === name;
}

/** AWS tells a secret that is on its way out from other misuse by words alone. */
export function isBeingDeleted(error: unknown): boolean {
  return isAws(error, 'InvalidRequestException') && /delet/i.test(messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

const unknownCode = 'no answer';

interface Facts {
  readonly name: string;
  readonly status: number | undefined;
  readonly code: string;
}

function factsOf(error: unknown): Facts {
  if (!(error instanceof Error)) return { name: '', status: undefined, code: unknownCode };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return {
    name: error.name,
    status: typeof status === 'number' ? status : undefined,
    code: networkCode(error),
  };
}

/** A code of the system or of TLS, never a text that may have come over the network. */
function networkCode(error: Error): string {
  const code = codeOf(error);
  return /^[A-Z][A-Z0-9_]{2,50}$/.test(code) ? code : unknownCode;
}
