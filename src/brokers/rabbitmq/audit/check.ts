import type { Check } from '../../../core/audit.ts';
import type { RabbitSubject } from './facts.ts';

/** A check on RabbitMQ: an object, a file each. Registered in ../audit.ts. */
export type RabbitCheck = Check<RabbitSubject>;
