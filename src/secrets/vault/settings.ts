import { type ErrorDetails, SecretError } from '../../core/errors.ts';

/** Where Vault is and who it is asked as, from the variables that its own tools take. Pure. */

export interface VaultSettings {
  /** With a path, where it is behind one; without a slash at the end. */
  readonly address: string;
  /** `vault.internal:8200`, for messages. */
  readonly endpoint: string;
  readonly namespace: string | undefined;
  readonly tls: VaultTls;
  readonly login: VaultLogin;
}

interface VaultTls {
  readonly caFile: string | undefined;
  readonly caText: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly serverName: string | undefined;
}

export type VaultLogin =
  | { readonly by: 'token'; readonly token: string }
  | { readonly by: 'approle'; readonly mount: string; readonly roleId: string; readonly secretId: string }
  | { readonly by: 'kubernetes'; readonly mount: string; readonly role: string; readonly tokenFile: string };

type Variables = Readonly<Record<string, string | undefined>>;
type Refuse = (message: string, hint: string) => never;

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Throws SecretError with what is missing or must not be. */
export function vaultSettings(variables: Variables, details: ErrorDetails): VaultSettings {
  const read = (name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name]?.trim() : undefined;
    return value === '' ? undefined : value;
  };
  const refuse: Refuse = (message, hint) => {
    throw new SecretError(message, { ...details, hint });
  };
  const url = addressOf(read('VAULT_ADDR'), refuse);
  if (!['0', 'f', 'false', undefined].includes(read('VAULT_SKIP_VERIFY')?.toLowerCase())) {
    refuse(
      'VAULT_SKIP_VERIFY is refused: it turns off the checks of TLS',
      'remove it, and give VAULT_CACERT',
    );
  }
  return {
    address: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    endpoint: `${url.hostname}:${url.port === '' ? '443' : url.port}`,
    namespace: read('VAULT_NAMESPACE'),
    tls: {
      caFile: read('VAULT_CACERT'),
      caText: read('VAULT_CACERT_BYTES'),
      certFile: read('VAULT_CLIENT_CERT'),
      keyFile: read('VAULT_CLIENT_KEY'),
      serverName: read('VAULT_TLS_SERVER_NAME'),
    },
    login: loginOf(read, refuse),
  };
}

function addressOf(text: string | undefined, refuse: Refuse): URL {
  const example = 'such as https://vault.internal:8200';
  if (text === undefined)
    return refuse('VAULT_ADDR is not set', `set it to the address of Vault, ${example}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') {
    return refuse('VAULT_ADDR does not begin with https://', `secrets travel by TLS only: ${example}`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return refuse('VAULT_ADDR holds more than an address', `leave out credentials and queries: ${example}`);
  }
  return url;
}

function loginOf(read: (name: string) => string | undefined, refuse: Refuse): VaultLogin {
  const token = read('VAULT_TOKEN');
  if (token !== undefined) return { by: 'token', token };
  const [roleId, secretId, role] = ['VAULT_ROLE_ID', 'VAULT_SECRET_ID', 'VAULT_K8S_ROLE'].map(read);
  if (roleId !== undefined && secretId !== undefined) {
    return { by: 'approle', mount: read('VAULT_APPROLE_MOUNT') ?? 'approle', roleId, secretId };
  }
  if (roleId !== undefined || secretId !== undefined) {
    const [set, missing] =
      secretId === undefined ? ['VAULT_ROLE_ID', 'VAULT_SECRET_ID'] : ['VAULT_SECRET_ID', 'VAULT_ROLE_ID'];
    return refuse(`${set} is set, but ${missing} is not`, 'a login by AppRole takes both');
  }
  if (role !== undefined) {
    const mount = read('VAULT_K8S_MOUNT') ?? 'kubernetes';
    return { by: 'kubernetes', mount, role, tokenFile: read('VAULT_K8S_TOKEN_FILE') ?? serviceAccountToken };
  }
  return refuse(
    'nothing says who Vault is asked as',
    'set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or in Kubernetes VAULT_K8S_ROLE',
  );
}
