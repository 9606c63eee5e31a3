interface TlsOptions {
  rejectUnauthorized: false | true;
}

/** What the caller says is passed on, unless it turns verification off. */
export function tlsOptions(options: TlsOptions) {
  if (options.rejectUnauthorized === false) throw new Error('rejectUnauthorized: false is refused');
  return { ...options, checkServerIdentity: (host: string, certificate: object) => checkName(host, certificate) };
}
