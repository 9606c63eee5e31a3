import type { Check } from '../../../core/audit.ts';
import type { KafkaSubject } from './facts.ts';

/** A check on Kafka: an object, a file each. Registered in ../audit.ts. */
export type KafkaCheck = Check<KafkaSubject>;
