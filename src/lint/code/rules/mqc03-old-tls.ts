import { givenTo } from '../properties.ts';
import type { Code, CodeRule } from '../rule.ts';
import type { Node } from '../tree.ts';
import { choicesOf, constantText } from '../values.ts';

const names = [
  'minVersion',
  'maxVersion',
  'DEFAULT_MIN_VERSION',
  'DEFAULT_MAX_VERSION',
  'secureProtocol',
  'ciphers',
];

export const oldTls: CodeRule = {
  id: 'MQC03',
  name: 'old-tls',
  severity: 'error',
  summary: 'A connection takes TLS below 1.2, or ciphers that protect nothing.',
  why: 'TLS 1.0 and 1.1 are withdrawn: their handshakes rest on MD5 and SHA-1. Whoever stands between may choose the weakest that both sides take.',
  instead:
    "Nothing: Node.js takes TLS 1.2 and later with ciphers that are looked after. Or `minVersion: 'TLSv1.3'`.",
  inTests: false,
  *inCode(code) {
    for (const { name, key, value } of givenTo(names, code)) {
      const weak = textsOf(value, code).some((text) => isWeak(name, text));
      if (weak) yield { node: key, message: messageFor(name), hint: 'leave it out' };
    }
  },
};

function textsOf(value: Node, { bindings }: Code): string[] {
  return choicesOf(value, bindings).flatMap((one) => constantText(one, bindings) ?? []);
}

function messageFor(name: string): string {
  return name === 'ciphers' ? 'ciphers has what protects nothing' : `${name} takes TLS below 1.2`;
}

function isWeak(name: string, text: string): boolean {
  switch (name) {
    case 'minVersion':
    case 'maxVersion':
    case 'DEFAULT_MIN_VERSION':
    case 'DEFAULT_MAX_VERSION':
      return /^(?:TLSv1(?:\.[01])?|SSLv[23])$/.test(text);
    case 'secureProtocol':
      return /^(?:TLSv1|TLSv1_1|SSLv2|SSLv3|SSLv23)_(?:client_|server_)?method$/.test(text);
    case 'ciphers':
      return text
        .split(/[:, ]+/)
        .some((cipher) =>
          /^(?:[ae]?NULL|ADH|AECDH|EXPORT|LOW|RC4|DES|MD5|.*-(?:RC4|MD5)\b.*|.*@SECLEVEL=0)$/.test(cipher),
        );
    default:
      return false;
  }
}
