import { type Agent, request as send } from 'node:https';
import { certificateFault, certificateFaults } from '../core/certificate-fault.ts';
import { parseJson } from './parse.ts';

/** Requests to stores that speak JSON over HTTPS. A body that came back never leaves as text: it may repeat a secret. */

export interface HttpsRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** With the certificates, and with as many sockets as there may be requests at once: further ones wait in it. */
  readonly agent: Agent;
  /** From the moment that a connection is given to it, until the answer is there as a whole. */
  readonly timeoutMs: number;
}

export interface HttpsAnswer {
  readonly status: number;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
}

/** No answer came; the code says why. */
class Unanswered extends Error {
  readonly code: string;
  constructor(code: string, message = code) {
    super(message);
    this.code = code;
  }
}

const maxBytes = 4 * 1024 * 1024;

export async function requestJson(request: HttpsRequest): Promise<HttpsAnswer> {
  const attempt = attempted(request);
  try {
    return await attempt.answer;
  } catch (error) {
    // The other side closed a connection that was kept, just when it was taken up again: a question may be put twice.
    if (request.method !== 'GET' || !attempt.onKeptSocket()) throw error;
    return attempted(request).answer;
  }
}

interface Attempt {
  readonly answer: Promise<HttpsAnswer>;
  readonly onKeptSocket: () => boolean;
}

function attempted({ method, url, headers, body, agent, timeoutMs }: HttpsRequest): Attempt {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const sent = send(url, { method, agent, headers: { ...headers, ...length } });
  let timer: NodeJS.Timeout | undefined;
  const answer = new Promise<HttpsAnswer>((resolve, reject) => {
    const fail = (error: unknown) => reject(unanswered(error));
    sent.on('error', fail);
    sent.on('socket', () => {
      timer = setTimeout(() => sent.destroy(new Unanswered('ETIMEDOUT')), timeoutMs);
    });
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > maxBytes) sent.destroy(new Unanswered('ERR_BODY_TOO_LONG'));
        else parts.push(part);
      });
      response.on('error', fail);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, json: parseJson(Buffer.concat(parts).toString('utf8')) });
      });
    });
    sent.end(body);
  }).finally(() => clearTimeout(timer));
  return { answer, onKeptSocket: () => sent.reusedSocket };
}

/** The code alone, and OpenSSL's words for a handshake that failed: the rest of such an error carries the request. */
function unanswered(error: unknown): Unanswered {
  if (error instanceof Unanswered) return error;
  const inner: unknown =
    error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : error;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : 'no answer';
  return new Unanswered(code, code === 'EPROTO' && inner instanceof Error ? inner.message : code);
}

interface Cause {
  readonly why: string;
  /** It may be gone later, without anybody changing a setting. */
  readonly passes: boolean;
}

const settled = (why: string): Cause => ({ why, passes: false });
const passing = (why: string): Cause => ({ why, passes: true });

const causes: Readonly<Record<string, Cause>> = {
  EPROTO: settled('no TLS from version 1.2 on could be agreed with it'),
  ERR_SSL_WRONG_VERSION_NUMBER: settled('what answers there does not speak TLS'),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: settled('what answers there does not speak TLS'),
  HPE_INVALID_CONSTANT: settled('what answers there does not speak HTTP'),
  ERR_BODY_TOO_LONG: settled('its answer is far too long'),
  ECONNREFUSED: passing('nothing listens there'),
  ENOTFOUND: passing('the host name cannot be resolved'),
  EAI_AGAIN: passing('the host name cannot be resolved'),
  EHOSTUNREACH: passing('there is no route to the host'),
  ENETUNREACH: passing('there is no route to the host'),
  ETIMEDOUT: passing('no answer in time'),
  ECONNRESET: passing('the connection was closed before an answer came'),
  EPIPE: passing('the connection was closed before an answer came'),
};

export function causeOf(error: unknown): Cause {
  if (!(error instanceof Unanswered)) return passing('no answer');
  if (/wrong version number|packet length too long/i.test(error.message))
    return settled('what answers there does not speak TLS');
  if (/alert (certificate required|bad certificate|unknown ca|handshake failure)/i.test(error.message))
    return settled('it demands a client certificate that it trusts');
  const fault = certificateFault(error.code);
  if (fault !== undefined) return settled(`its certificate ${certificateFaults[fault]}`);
  return causes[error.code] ?? passing(`no answer (${error.code})`);
}
