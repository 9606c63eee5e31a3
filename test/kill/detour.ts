import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Credential } from '../../src/core/broker.ts';
import type { Decisions } from '../../src/core/decisions.ts';
import { mqwarden } from '../cli/run.ts';
import { openWorkspace, type Workspace } from '../contract/life.ts';
import type { Surroundings } from '../contract/subject.ts';
import { flagsOf, secretsAmong, startApply, type Victim } from './victim.ts';

export type Services = Readonly<Record<string, unknown>>;

/** The environment of a test, without a life. */
export type { Surroundings };

/** One topology in two files: straight to the broker, and by way of a proxy. They share a store and an audit log. */
export interface Detour {
  readonly workspace: Workspace;
  /** The file that names the proxy. */
  readonly topology: string;
  write(services: Services): Promise<void>;
  /** The real program applies it by way of the proxy. */
  start(decisions?: Partial<Decisions>): Victim;
  /** Where the store keeps the credential of a service. */
  credentialFile(service: string): string;
  /** What it holds. */
  stored(service: string): Promise<Credential>;
  /** The real program applies it straight: exit 0, and then a plan that finds nothing. */
  converge(decisions?: Partial<Decisions>): Promise<void>;
}

export async function openDetour(
  broker: 'rabbitmq' | 'kafka',
  surroundings: Surroundings,
  section: Readonly<Record<string, unknown>>,
): Promise<Detour> {
  const workspace = await openWorkspace(broker, surroundings);
  const { variables } = surroundings;
  const at = { cwd: workspace.folder, variables };
  const straight = join(workspace.folder, 'mqwarden.yaml');
  const topology = join(workspace.folder, 'proxied.yaml');
  const fileOf = (service: string) =>
    join(workspace.folder, 'secrets', broker, `${encodeURIComponent(service)}.json`);
  const run = async (...args: string[]) => {
    const { code, stderr } = await mqwarden(args, { ...at, canaries: secretsAmong(variables) });
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
  };
  return {
    workspace,
    topology,
    async write(services) {
      await workspace.write(services);
      // JSON is YAML.
      const document = JSON.parse(await readFile(straight, 'utf8')) as {
        environments: { test: Record<string, object> };
      };
      const { test } = document.environments;
      test[broker] = { ...test[broker], ...section };
      await writeFile(topology, JSON.stringify(document));
    },
    stored: async (service) => JSON.parse(await readFile(fileOf(service), 'utf8')) as Credential,
    credentialFile: fileOf,
    start: (decisions = {}) => startApply(topology, decisions, at),
    async converge(decisions = {}) {
      await run('apply', 'mqwarden.yaml', '--yes', ...flagsOf(decisions));
      await run('plan', 'mqwarden.yaml', '--detailed-exitcode', ...flagsOf(decisions));
    },
  };
}
