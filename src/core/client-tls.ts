import type { Position } from './errors.ts';
import type { Placed, PlacedService } from './landscape.ts';

/** Which files a service connects with in an environment: for it there, for it anywhere, for every service there. Pure. */

interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

interface WithTls {
  readonly tls?: TlsFiles | undefined;
}

/** A `tls` of the topology, or something like it, with the way back to where it is written. */
interface Layer {
  readonly files: TlsFiles | undefined;
  locate(key: string): Position;
}

export interface LocatedFile {
  /** As written: relative to the file of its position. */
  readonly path: string;
  readonly position: Position;
}

const keys = ['ca', 'cert', 'key'] as const;

function layerOf(placed: Placed<WithTls>): Layer {
  return { files: placed.section.tls, locate: (key) => placed.locate(['tls', key]) };
}

/** `serviceTls`, with the service's name in the names of its files. */
function templateFor(
  environment: Placed<{ readonly serviceTls?: TlsFiles | undefined }>,
  service: string,
): Layer {
  const { serviceTls = {} } = environment.section;
  const filled = keys.map((key) => [key, serviceTls[key]?.replaceAll('{service}', service)]);
  return {
    files: Object.fromEntries(filled) as TlsFiles,
    locate: (key) => environment.locate(['serviceTls', key]),
  };
}

/** The first that says anything of it. A certificate and its key always stand together. */
function fileIn(layers: readonly Layer[], key: keyof TlsFiles): LocatedFile | undefined {
  for (const layer of layers) {
    const path = layer.files?.[key];
    if (path !== undefined) return { path, position: layer.locate(key) };
  }
  return undefined;
}

type Environment = Placed<WithTls & { readonly serviceTls?: TlsFiles | undefined }>;

/**
 * The service with its own `tls` in this environment, each key for itself. What is for every service counts where the certificate says who it
 * is: elsewhere it is no identity, and who proves a password has it seldom.
 */
export function landTls<S extends WithTls>(
  service: PlacedService<S>,
  environment: Environment,
  here: Placed<WithTls> | undefined,
  byCertificate: boolean,
): PlacedService<S> {
  const layers = [
    ...(here === undefined ? [] : [layerOf(here)]),
    layerOf(service),
    ...(byCertificate ? [templateFor(environment, service.name)] : []),
  ];
  const found = new Map(keys.map((key) => [key as string, fileIn(layers, key)]));
  const files = [...found].flatMap(([key, file]) => (file === undefined ? [] : [[key, file.path]]));
  return {
    ...service,
    section: {
      ...service.section,
      tls: files.length === 0 ? undefined : (Object.fromEntries(files) as TlsFiles),
    },
    locate: (path) => {
      const file = path[0] === 'tls' ? found.get(String(path[1])) : undefined;
      return file?.position ?? service.locate(path);
    },
  };
}

/** What a landed service connects with, the authority of the environment's own connection included. */
export function clientFiles(
  service: Placed<WithTls>,
  environment: Environment,
): Readonly<Partial<Record<keyof TlsFiles, LocatedFile>>> {
  const { tls } = environment.section;
  const authority: Layer = { files: { ca: tls?.ca }, locate: (key) => environment.locate(['tls', key]) };
  const layers = [layerOf(service), templateFor(environment, service.name), authority];
  const found = keys.map((key) => [key, fileIn(layers, key)] as const);
  return Object.fromEntries(found.filter(([, file]) => file !== undefined));
}
