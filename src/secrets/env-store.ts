import { SecretError } from '../core/errors.ts';
import { partsOf, type SecretStore, type StoredDocument } from './store.ts';

/**
 * A store of environment variables, for reading alone: with the prefix `MQ`, the credential `rabbitmq/order-service` is
 * `MQ_RABBITMQ_ORDER_SERVICE_USERNAME` and `MQ_RABBITMQ_ORDER_SERVICE_PASSWORD`.
 */
export function envStore(
  prefix: string,
  variables: Readonly<Record<string, string | undefined>>,
): SecretStore {
  const variable = (name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === '' ? undefined : value;
  };
  const find = (path: string): StoredDocument | undefined => {
    const [userName, passwordName] = namesOf(prefix, path);
    const [username, password] = [variable(userName), variable(passwordName)];
    if (username === undefined && password === undefined) return undefined;
    // The variables of a process stay as they are while it lives.
    if (username !== undefined && password !== undefined)
      return { document: { username, password }, version: 'process' };
    const [set, missing] = username === undefined ? [passwordName, userName] : [userName, passwordName];
    throw new SecretError(`the environment variable ${set} is set, but ${missing} is not`, {
      hint: 'a credential is both',
    });
  };
  return {
    place: (path) => `the environment variables ${namesOf(prefix, path).join(' and ')}`,
    read: (path) => Promise.resolve(path).then(find),
    write: (path) => {
      const place = namesOf(prefix, path).join(' and ');
      const hint = `set ${place} where this runs, or name a store that can be written`;
      return Promise.reject(new SecretError('environment variables cannot be written', { hint }));
    },
  };
}

const namable = /^[A-Za-z0-9._-]+$/;

function namesOf(prefix: string, path: string): readonly [username: string, password: string] {
  const parts = partsOf(path);
  const odd = parts.find((part) => !namable.test(part));
  if (odd !== undefined) {
    throw new SecretError(`no environment variable can be named after ${JSON.stringify(odd)}`, {
      hint: 'use another store for a name with anything but letters, digits, ".", "_" and "-"',
    });
  }
  const name = [prefix, ...parts].join('_').replace(/[.-]/g, '_').toUpperCase();
  return [`${name}_USERNAME`, `${name}_PASSWORD`];
}
