import { parseAdvisories } from '../../core/advisories.ts';

/**
 * What Apache Kafka has published of its brokers; what is about clients or Connect alone is left out. A line each: CVE, GHSA (or `-`), date,
 * severity, the part that it is in, and the versions from one on and before another. From https://kafka.apache.org/community/cve-list and the
 * CVE records, as of the day that `known` names. CVE-2026-111073 names no first version: the request that it is about came with 3.7. The
 * versions that mend CVE-2026-111108 and CVE-2026-111115 are those of CVE-2026-83525, published with them: their own records name only the last
 * versions that have them. CVE-2026-41115 is left out: a document was mended, no broker; so is CVE-2026-110985, whose versions are not known.
 */
const list = `
CVE-2022-34917 GHSA-c9h3-c6qj-hh7q 2022-09-19 high core 2.8.0..2.8.2 3.0.0..3.0.2 3.1.0..3.1.2 3.2.0..3.2.3
CVE-2023-34455 - 2023-07-05 high snappy 0.8.0..3.5.1
CVE-2024-27309 GHSA-79vv-vp32-gpp7 2024-04-12 medium migration 3.5.0..3.6.2
CVE-2024-56128 - 2024-12-18 medium scram-without-tls 0.10.2..3.7.2 3.8.0..3.8.1
CVE-2025-27818 - 2025-06-10 high jaas-ldap 2.3.0..3.9.1
CVE-2025-27819 - 2025-06-10 high jaas-jndi 2.0.0..3.4.0
CVE-2026-33557 - 2026-04-20 critical oauthbearer 4.1.0..4.1.2
CVE-2026-33558 - 2026-04-20 medium debug-logs 0.11.0..3.9.2 4.0.0..4.0.1
CVE-2026-83525 - 2026-10-28 medium controller 2.8.0..4.2.2 4.3.0..4.3.2
CVE-2026-111073 - 2026-10-28 medium telemetry 3.7.0..4.2.2 4.3.0..4.3.1
CVE-2026-111108 - 2026-10-28 high core 3.3.0..4.2.2 4.3.0..4.3.2
CVE-2026-111115 - 2026-10-28 high core 2.4.0..4.2.2 4.3.0..4.3.2
`;

/** The day on which fixes of a series ended; those that are not here have them, or are not known yet. */
const ended = `
3.0 2022-09-19
3.1 2022-09-19
3.2 2022-09-28
3.3 2023-02-06
3.4 2023-06-13
3.5 2023-10-03
3.6 2024-02-27
3.7 2024-07-26
3.8 2024-11-06
`;

export const advisories = parseAdvisories({
  product: 'Kafka',
  known: '2026-11-05',
  newest: '4.4',
  list,
  ended,
});
