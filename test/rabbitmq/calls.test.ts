/** Requests and replies, and queues that the server names. */
import { describe, expect, it, test } from 'vitest';
import { compiled, problems, specAt } from './support.ts';

const seats = { serves: ['seats'] };
const booking = { calls: ['seat-service'] };
const services = { 'seat-service': seats, booking };

const grants = (all: Readonly<Record<string, object>>, user: string, vhost = 'production') =>
  specAt(compiled(all), `rabbitmq:permission:${vhost}/${user}`);

describe('a call', () => {
  const result = compiled(services);

  it('stands on two direct exchanges, the queue of requests and a reply queue for the caller', () => {
    const made = result.resources.filter(({ kind }) => /exchange|queue|binding/.test(kind));
    expect(
      made.map(({ address, service }) => `${service ?? ''} ${address.slice('rabbitmq:'.length)}`),
    ).toEqual([
      'seat-service exchange:production/seats.calls',
      'seat-service exchange:production/seats.replies',
      'seat-service queue:production/seats',
      'booking queue:production/booking.replies.seats',
      'seat-service binding:production/seats.calls/queue/seats/seats',
      'booking binding:production/seats.replies/queue/booking.replies.seats/booking',
    ]);
  });

  it('gives the caller write on requests and read on its own replies, the server the other two', () => {
    expect(grants(services, 'booking')).toEqual({
      configure: '^$',
      write: '^seats\\.calls$',
      read: '^booking\\.replies\\.seats$',
    });
    expect(grants(services, 'seat-service')).toEqual({
      configure: '^$',
      write: '^seats\\.replies$',
      read: '^seats$',
    });
  });

  it('gives no right on what is made for it to a side that declares its own', () => {
    const declaring = {
      'seat-service': { ...seats, declares: true, queues: { seats: { type: 'quorum' } } },
      booking: { ...booking, declares: true, queues: { mine: {} } },
    };
    expect(grants(declaring, 'seat-service')).toEqual({
      configure: '^seats$',
      write: '^(seats|seats\\.replies)$',
      read: '^seats$',
    });
    expect(grants(declaring, 'booking')).toEqual({
      configure: '^mine$',
      write: '^(mine|seats\\.calls)$',
      read: '^booking\\.replies\\.seats$',
    });
    expect(specAt(compiled(declaring), 'rabbitmq:queue:production/seats')).toMatchObject({ type: 'quorum' });
  });

  it('happens in the vhost of the server', () => {
    const all = { 'seat-service': { ...seats, vhost: 'seating' }, booking };
    const there = compiled(all, { vhosts: { seating: 'seats-v' } });
    expect(specAt(there, 'rabbitmq:permission:seats-v/booking')).toMatchObject({ write: '^seats\\.calls$' });
    expect(specAt(there, 'rabbitmq:permission:production/booking')).toMatchObject({
      write: '^$',
      read: '^$',
    });
    expect(specAt(there, 'rabbitmq:queue:seats-v/booking.replies.seats')).toBeDefined();
  });

  it('is of all that a service serves, or of one queue; names can be given', () => {
    const many = { serves: ['a', { queue: 'b', exchange: 'b.in', replies: 'b.out' }] };
    expect(grants({ 'seat-service': many, booking }, 'booking')).toMatchObject({
      write: '^(a\\.calls|b\\.in)$',
    });
    const one = { calls: [{ service: 'seat-service', queue: 'b' }] };
    expect(grants({ 'seat-service': many, booking: one }, 'booking')).toMatchObject({ write: '^b\\.in$' });
  });
});

describe('consent to calls', () => {
  const cases: readonly { name: string; all: Readonly<Record<string, object>>; want: readonly string[] }[] = [
    { name: 'is not needed where nobody restricts it', all: services, want: [] },
    {
      name: 'is given by what serves',
      all: { 'seat-service': { serves: [{ queue: 'seats', allow: ['book*'] }] }, booking },
      want: [],
    },
    {
      name: 'or not',
      all: { 'seat-service': { serves: [{ queue: 'seats', allow: ['other'] }] }, booking },
      want: [
        'booking/calls/0: booking calls seats of seat-service, which does not allow it to',
        '  seat-service/serves/0/allow: seat-service says here who may call',
      ],
    },
    {
      name: 'or by the queue of requests itself',
      all: { 'seat-service': { ...seats, queues: { seats: { allow: { publish: [] } } } }, booking },
      want: [
        'booking/calls/0: booking calls queue seats, which seat-service does not allow it to publish',
        '  seat-service/queues/seats/allow: seat-service says here who may use it',
      ],
    },
    {
      name: 'is not to be had for the replies of another, nor for writing any',
      all: {
        ...services,
        spy: {
          consumes: ['booking.replies.seats'],
          publishes: ['seats.replies'],
          queues: { spied: { bindings: [{ exchange: 'seats.replies', routingKey: 'booking' }] } },
          grants: [{ write: '^booking\\.replies', reason: 'r' }],
        },
      },
      want: [
        'spy/publishes/0: spy publishes to exchange seats.replies, which seat-service does not allow it to publish',
        '  seat-service/serves/0/allow: seat-service says here who may use it',
        'spy/consumes/0: spy consumes queue booking.replies.seats, which booking does not allow it to consume',
        '  booking/calls/0/allow: booking says here who may use it',
        'spy/queues/spied/bindings/0: spy binds spied to exchange seats.replies, which seat-service does not allow it to consume',
        '  seat-service/serves/0/allow: seat-service says here who may use it',
        'spy/grants/0/write: spy is granted write on queue booking.replies.seats, which booking does not allow it to publish',
        '  booking/calls/0/allow: booking says here who may use it',
      ],
    },
    {
      name: 'not even for a caller, beyond its own reply queue',
      all: {
        'seat-service': seats,
        booking: {
          ...booking,
          temporaryQueues: { bindings: [{ exchange: 'seats.replies', routingKey: 'other' }] },
        },
      },
      want: [
        'booking/temporaryQueues/bindings/0: booking binds temporary queues to exchange seats.replies, which seat-service does not allow it to consume',
        '  seat-service/serves/0/allow: seat-service says here who may use it',
      ],
    },
    {
      name: 'what nobody serves',
      all: {
        ...services,
        lost: { calls: ['x', 'lost', { service: 'seat-service', queue: 'q' }] },
      },
      want: [
        'lost/calls/0: lost calls x, which has nothing on RabbitMQ',
        'lost/calls/1: lost calls itself',
        'lost/calls/2: lost calls q of seat-service, which does not serve it',
      ],
    },
    {
      name: 'a queue of somebody else cannot be served',
      all: { a: { queues: { q: {} } }, b: { serves: ['q'] } },
      want: ['b/serves/0: queue "q" is owned by both a and b', '  a/queues/q: first declared by a'],
    },
  ];
  test.each(cases)('$name', ({ all, want }) => {
    expect(problems(all)).toEqual(want);
  });

  it('warns of a service that could write replies through the default exchange', () => {
    const gateway = { queues: { work: {} }, sends: ['work'] };
    expect(compiled({ ...services, gateway }).warnings).toEqual([
      {
        address: 'rabbitmq:permission:production/gateway',
        message:
          'sends through the default exchange, and so could to queues whose owners do not allow it: booking.replies.seats',
      },
    ]);
  });
});

describe('temporary queues', () => {
  const owner = { exchanges: { events: { type: 'topic', allow: { consume: ['s'] } }, plain: {} } };

  it('are of every right, beside what else there is', () => {
    expect(grants({ s: { temporaryQueues: true, consumes: ['q'] } }, 's')).toEqual({
      configure: '^amq\\.gen-.*',
      write: '^amq\\.gen-.*',
      read: '^q$|^amq\\.gen-.*',
    });
    expect(grants({ s: { temporaryQueues: false } }, 's')).toMatchObject({ configure: '^$' });
  });

  it('are bound by the keys that are named, as text', () => {
    const bindings = [{ exchange: 'events', routingKeys: ['order.#', 'a.*'] }, { exchange: 'plain' }];
    const result = compiled({ owner, s: { temporaryQueues: { bindings } } });
    expect(specAt(result, 'rabbitmq:permission:production/s')).toMatchObject({
      read: '^(events|plain)$|^amq\\.gen-.*',
    });
    expect(specAt(result, 'rabbitmq:topic-permission:production/s/events')).toEqual({
      write: '^$',
      read: '^(a\\.\\*|order\\.#)$',
    });
    expect(specAt(result, 'rabbitmq:topic-permission:production/s/plain')).toBeUndefined();
  });

  it('ask to consume what they are bound to', () => {
    const other = { temporaryQueues: { bindings: [{ exchange: 'events', routingKey: '#' }] } };
    expect(problems({ owner, other })).toEqual([
      'other/temporaryQueues/bindings/0: other binds temporary queues to exchange events, which owner does not allow it to consume',
      '  owner/exchanges/events/allow: owner says here who may use it',
    ]);
  });
});

it('two callers whose reply queues would have one name are told, and neither loses its call', () => {
  const told = problems({
    s: { serves: ['b.replies.c', 'c'] },
    a: { calls: [{ service: 's', queue: 'b.replies.c' }] },
    'a.replies.b': { calls: [{ service: 's', queue: 'c' }] },
  });
  expect(told).toContain(
    'a.replies.b/calls/0: queue "a.replies.b.replies.c" is owned by both a and a.replies.b',
  );
});
