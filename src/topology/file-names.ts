import { digest } from '../core/json.ts';

/** What Windows takes for a device, with any ending. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;
const longest = 60;

/**
 * A file name for each service. Names come from brokers that others write to: none leads out of the folder, hides, or is the same
 * as another where upper and lower case are. A name that cannot stay as it is ends in a digest of itself.
 */
export function fileNames(services: readonly string[]): ReadonlyMap<string, string> {
  return new Map(services.map((service) => [service, `${fileName(service)}.yaml`]));
}

function fileName(service: string): string {
  const safe = service
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, longest);
  const hash = digest(service).slice(-10);
  // A device is one whatever follows the dot.
  if (safe === '' || device.test(safe)) return `service-${hash}`;
  // A name that looks like one with a digest gets its own, so that no two meet.
  const looksHashed = /-[0-9a-f]{10}$/.test(safe);
  return safe === service && !looksHashed ? safe : `${safe}-${hash}`;
}
