/** How hosts are written. Pure. */

/** `[::1]` as it is called without the brackets that URLs and lists of endpoints need around an address of IPv6. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** `broker.internal:9093`, `[::1]:9093`. */
export function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
