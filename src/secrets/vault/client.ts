import { type ErrorDetails, SecretError, SecretOutage } from '../../core/errors.ts';
import type { HttpsAnswer } from '../https.ts';
import { refusal } from './answers.ts';
import { readText, type VaultConnection, type VaultRequest } from './connection.ts';
import type { VaultLogin } from './settings.ts';

/** What a login gave. */
interface Session {
  readonly token: string;
  /** For how long, by this machine's clock; undefined where it does not say. */
  readonly until: number | undefined;
  /** From when on it is renewed before it is used again; undefined where it cannot be. */
  readonly renewFrom: number | undefined;
}

/** For so long a fresh login is not tried again, where the last one brought no more rights. */
const fruitlessMs = 30_000;

/** No sooner is a renewal tried again. */
const soonestMs = 1_000;

/** Vault, logged in: logs in when first asked, again when its token is over, and renews what can be renewed. */
export class VaultClient {
  readonly connection: VaultConnection;
  private readonly conceal: (secret: string) => void;
  private session: Promise<Session> | undefined;
  /** When a new login was last found not to help. */
  private fruitless = -Infinity;

  constructor(connection: VaultConnection, conceal: (secret: string) => void) {
    this.connection = connection;
    this.conceal = conceal;
  }

  /** Whatever Vault answers. 403 is answered after a second login only: a token that is over cannot be told from one without the right. */
  async request(request: VaultRequest, details: ErrorDetails): Promise<HttpsAnswer> {
    const before = this.session;
    const { token } = await this.current(details);
    const answer = await this.connection.request(request, token, details);
    if (answer.status !== 403 || before === undefined || !this.mayLogInAgain()) return answer;
    const next = await this.afresh(before, details);
    if (next === undefined) return answer;
    const again = await this.connection.request(request, next.token, details);
    if (again.status === 403) this.fruitless = Date.now();
    return again;
  }

  private mayLogInAgain(): boolean {
    return this.connection.settings.login.by !== 'token' && Date.now() - this.fruitless > fruitlessMs;
  }

  /** Undefined where a second login is refused, as where a secret id is good for one: the first one stays. */
  private async afresh(before: Promise<Session>, details: ErrorDetails): Promise<Session | undefined> {
    if (this.session === before) this.session = undefined;
    try {
      return await this.current(details);
    } catch (error) {
      if (error instanceof SecretOutage) {
        // It may be good still for all but what was asked.
        this.session ??= before;
        throw error;
      }
      this.fruitless = Date.now();
      this.session = before;
      return undefined;
    }
  }

  /** All who ask at once wait for one login. */
  private async current(details: ErrorDetails): Promise<Session> {
    const known = this.session;
    const session = await (known ?? this.begin(this.logIn(details)));
    const now = Date.now();
    if (session.until !== undefined && now >= session.until) {
      return this.session === known ? this.begin(this.logIn(details)) : this.current(details);
    }
    if (session.renewFrom === undefined || now < session.renewFrom) return session;
    return this.session === known ? this.begin(this.renew(session, details)) : this.current(details);
  }

  private begin(session: Promise<Session>): Promise<Session> {
    this.session = session;
    session.catch(() => {
      if (this.session === session) this.session = undefined;
    });
    return session;
  }

  private async logIn(details: ErrorDetails): Promise<Session> {
    const { login } = this.connection.settings;
    if (login.by === 'token') {
      this.conceal(login.token);
      return { token: login.token, until: undefined, renewFrom: undefined };
    }
    const body = await this.proofOf(login, details);
    const path = `auth/${login.mount.split('/').map(encodeURIComponent).join('/')}/login`;
    const answer = await this.connection.request({ method: 'POST', path, body }, undefined, details);
    return this.sessionIn(answer) ?? this.refuseLogin(login, answer, details);
  }

  private async proofOf(login: Exclude<VaultLogin, { by: 'token' }>, details: ErrorDetails): Promise<object> {
    if (login.by === 'approle') {
      this.conceal(login.secretId);
      return { role_id: login.roleId, secret_id: login.secretId };
    }
    // Read each time: Kubernetes replaces it within the hour.
    const hint = "VAULT_K8S_TOKEN_FILE names the file of the service account's token";
    const jwt = (await readText(login.tokenFile, { ...details, hint })).trim();
    this.conceal(jwt);
    return { role: login.role, jwt };
  }

  private refuseLogin(login: VaultLogin, answer: HttpsAnswer, details: ErrorDetails): never {
    const { endpoint } = this.connection.settings;
    const [by, hint] =
      login.by === 'approle'
        ? [
            'AppRole',
            'check VAULT_ROLE_ID, VAULT_SECRET_ID (has it expired, or been used up?) and VAULT_APPROLE_MOUNT',
          ]
        : [
            'Kubernetes service account',
            'check VAULT_K8S_ROLE, VAULT_K8S_MOUNT and what the role is bound to',
          ];
    if (answer.status >= 200 && answer.status < 500 && answer.status !== 429) {
      throw new SecretError(`Vault at ${endpoint} refuses the login by ${by} (${answer.status})`, {
        ...details,
        endpoint,
        hint,
      });
    }
    throw refusal(this.connection.settings, answer, { what: `the login by ${by}`, details });
  }

  /** A token that cannot be renewed is used until it is over; where Vault did not say so, it is asked again. */
  private async renew(session: Session, details: ErrorDetails): Promise<Session> {
    const request: VaultRequest = { method: 'POST', path: 'auth/token/renew-self', body: {} };
    const answer = await this.connection.request(request, session.token, details).catch(() => undefined);
    if (answer === undefined || answer.status === 429 || answer.status >= 500) {
      const now = Date.now();
      const left = Math.max((session.until ?? now) - now, 0);
      return { ...session, renewFrom: now + Math.max(left / 3, soonestMs) };
    }
    const renewed = this.sessionIn(answer);
    if (renewed === undefined) return { ...session, renewFrom: undefined };
    // Near its end a token is renewed for less and less.
    const longer = (renewed.until ?? Infinity) > (session.until ?? 0);
    return longer ? renewed : { ...session, renewFrom: undefined };
  }

  private sessionIn({ status, json }: HttpsAnswer): Session | undefined {
    if (status !== 200 || typeof json !== 'object' || json === null || !('auth' in json)) return undefined;
    const { auth } = json;
    if (typeof auth !== 'object' || auth === null || !('client_token' in auth)) return undefined;
    const { client_token: token } = auth;
    if (typeof token !== 'string' || token === '') return undefined;
    this.conceal(token);
    const lease =
      'lease_duration' in auth && typeof auth.lease_duration === 'number' ? auth.lease_duration : 0;
    const renewable = 'renewable' in auth && auth.renewable === true;
    const now = Date.now();
    return {
      token,
      until: lease > 0 ? now + lease * 1_000 : undefined,
      renewFrom: lease > 0 && renewable ? now + (lease * 1_000 * 2) / 3 : undefined,
    };
  }
}
