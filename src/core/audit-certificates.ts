import type { Check } from './audit.ts';
import type { SecretsSubject } from './audit-secrets.ts';

/**
 * What the checklist asks of identities by certificate, and what no listener tells. That certificates are asked for, and in good time
 * before they expire, is seen: the brokers' own checks. Pure.
 */

const link = 'https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html';

function manual(
  id: string,
  name: string,
  title: string,
  says: string,
  instead: string,
): Check<SecretsSubject> {
  const why = 'Whoever holds a certificate that is taken is whoever it names.';
  return { id, name, title, severity: 'warning', why, instead, link, points: () => [{ is: 'manual', says }] };
}

export const certificateChecks: readonly Check<SecretsSubject>[] = [
  manual(
    'MQA33',
    'certificates-authority',
    'Certificates: only those of the internal authority are taken',
    'which authorities the brokers trust for clients is not told',
    'see that ssl_options.cacertfile (RabbitMQ) and ssl.truststore.location or .certificates (Kafka) hold the internal authority alone',
  ),
  manual(
    'MQA34',
    'certificates-names',
    'Certificates: the name in them is checked',
    'which part of a certificate says who somebody is, is not told',
    'see ssl_cert_login_from (RabbitMQ, with EXTERNAL) and ssl.principal.mapping.rules (Kafka); clients check the host name: the connection factories do',
  ),
  manual(
    'MQA35',
    'certificates-revocation',
    'Certificates: revocation is checked',
    'whether the brokers look at revoked certificates is not told',
    'see ssl_options.crl_check (RabbitMQ) and com.sun.net.ssl.checkRevocation (Kafka); certificates of some days need none',
  ),
  manual(
    'MQA36',
    'certificates-rotation',
    'Certificates: their rotation is automated',
    'who renews the certificates of brokers and services is not known here',
    'see that a job does it before the last third of their time; MQA41 and MQA51 tell what is left',
  ),
];
