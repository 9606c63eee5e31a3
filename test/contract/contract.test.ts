/** What every broker of the registry must do; a new one is put to the same cases unasked. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { brokers } from '../../src/brokers/index.ts';
import { ConnectionError } from '../../src/core/errors.ts';
import { canonical } from '../../src/core/json.ts';
import type { PlanResult } from '../../src/operations/plan.ts';
import { standingOf } from '../../src/core/proof.ts';
import type { Verification } from '../../src/operations/verify.ts';
import { sharedRabbitMQ } from '../brokers/connection.ts';
import { openWorkspace, type Workspace } from './life.ts';
import { kafkaSubject } from './kafka.subject.ts';
import { rabbitSubject } from './rabbitmq.subject.ts';
import type { Stage, Subject } from './subject.ts';

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  rabbitmq: async () => {
    const at = sharedRabbitMQ(inject('rabbitmq'));
    return rabbitSubject(at, await at.clientCertificate('contract'));
  },
  kafka: () => Promise.resolve(kafkaSubject(inject('kafka'))),
};

const nothing = { create: 0, update: 0, replace: 0, delete: 0, blocked: 0 };
/** Other test files use the same brokers: only what bears the name of this life counts. */
const listing = (result: PlanResult, run: string) =>
  canonical(
    result.planned.flatMap((one) =>
      [...one.difference.live.values()]
        .filter(({ address }) => address.includes(run))
        .map(({ address, spec }) => [address, spec]),
    ),
  );

/** The changes without their costs: how much a queue holds is known only some time after it was made. */
const settled = ({ plan }: PlanResult) => plan.changes.map((change) => ({ ...change, cost: undefined }));

/** Of what was asked by a login; what has no login is judged by what is live. */
const standingsOf = ({ services }: Verification) =>
  services.filter(({ login }) => login.is === 'in').flatMap(({ proofs }) => proofs.map(standingOf));

describe.each(brokers.map((broker) => [broker.name, broker] as const))('contract: %s', (name, broker) => {
  const makeSubject = subjects[name];
  if (makeSubject === undefined)
    throw new Error(`no subject for broker ${name}: write test/contract/${name}.subject.ts`);
  let workspace: Workspace;
  let subject: Subject;
  const done = new Set<string>();
  const proofs = new Set<string>();

  beforeAll(async () => {
    subject = await makeSubject();
    workspace = await openWorkspace(name, subject);
  });
  afterAll(() => workspace.remove());

  const live = async (stage: Stage) => {
    await workspace.write(stage.services, stage.section);
    const decisions = { maxDeletes: 100, ...stage.decisions };
    const planned = await workspace.plan(decisions);
    for (const change of planned.plan.changes) done.add(`${change.action} ${change.kind}`);
    const does = planned.plan.changes.map((change) => `${change.action} ${change.kind}`);
    expect(does, stage.name).toEqual(expect.arrayContaining([...stage.does]));

    const again = await workspace.plan(decisions);
    expect(settled(again), 'planning changes nothing').toEqual(settled(planned));

    const applied = await workspace.apply(decisions);
    expect(applied.failures, stage.name).toEqual([]);
    const second = await workspace.plan(decisions);
    expect(second.plan.changes, `${stage.name}: the second plan is empty`).toEqual([]);
    const ours = second.plan.blocked.filter((one) => one.address.includes(subject.run));
    expect(ours).toEqual([]);

    const proved = await workspace.verify();
    // What nobody owns, as the plan warns, is not there either.
    const ownerless = new Set(second.plan.warnings.map(({ address }) => address));
    const wrong = proved.findings.filter(
      ({ rule, address }) => rule === 'MQ402' || (rule === 'MQ403' && (!address || !ownerless.has(address))),
    );
    expect(wrong, `${stage.name}: what is granted works, and what is not is refused`).toEqual([]);
    for (const one of standingsOf(proved)) proofs.add(one);

    const before = listing(second, subject.run);
    const idle = await workspace.apply(decisions);
    expect(idle.status === 'applied' && idle.items).toEqual([]);
    expect(listing(await workspace.plan(decisions), subject.run), 'an idle apply changes nothing').toBe(
      before,
    );
  };

  it('lives through every stage, and each second plan is empty', { timeout: 120_000 }, async () => {
    for (const stage of subject.stages) await live(stage);
  });

  it('has created, changed and deleted every kind that can be', () => {
    const all = Object.keys(broker.kinds).flatMap((kind) => [
      `create ${kind}`,
      `update ${kind}`,
      `delete ${kind}`,
    ]);
    const missing = all.filter((one) => !done.has(one) && !done.has(one.replace('update', 'replace')));
    expect(missing.sort()).toEqual(Object.keys(subject.unreachable).sort());
  });

  it('has proved by login that grants work, and that what is not granted is refused', () => {
    expect([...proofs]).toEqual(expect.arrayContaining(['works', 'refused']));
  });

  it('refuses a saved plan once the broker has moved', { timeout: 60_000 }, async () => {
    const [, second] = subject.stages;
    const last = subject.stages.at(-1);
    if (second === undefined) throw new Error('a life has two stages at least');
    await workspace.write(second.services, last?.section);
    const saved = await workspace.plan({ maxDeletes: 100 });
    const stranger = await openWorkspace(name, subject);
    await stranger.write(second.services, last?.section);
    await stranger.apply({ maxDeletes: 100 });
    const refused = workspace.apply({ maxDeletes: 100 }, { approved: saved.plan } as object);
    await expect(refused).rejects.toThrow(/does not hold any more/);
    await stranger.remove();
    const fresh = await workspace.plan();
    expect({ ...nothing, ...fresh.plan.summary, unmanaged: 0 }).toEqual({ ...nothing, unmanaged: 0 });
  });

  it(
    'holds a new user back, with what needs it, where there is no secret store',
    { timeout: 60_000 },
    async () => {
      const poor = await openWorkspace(
        name,
        { ...subject, claims: { ...subject.claims } },
        { secrets: false },
      );
      const [service = '', section] = Object.entries(subject.stages[0]?.services ?? {})[0] ?? [];
      const fresh = `${service}x`;
      await poor.write({ [fresh]: section });
      const { plan } = await poor.plan();
      const held = plan.blocked.filter((one) => one.reason.includes('names no secret store'));
      expect(held.map((one) => one.action)).toEqual(['create']);
      const user = held[0]?.address ?? '';
      expect(plan.changes.map((change) => change.address)).not.toContain(user);
      await poor.remove();
    },
  );

  it('says the true cause when the password is wrong', { timeout: 20_000 }, async () => {
    const variables = Object.fromEntries(
      Object.keys(subject.variables).map((key) => [key, 'not-the-password']),
    );
    const failed = workspace.plan({}, { variables });
    await expect(failed).rejects.toBeInstanceOf(ConnectionError);
    await expect(failed).rejects.not.toThrow(/not-the-password/);
  });
});
