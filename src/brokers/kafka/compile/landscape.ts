import type { Landscape, PlacedService as PlacedServiceOf } from '../../../core/landscape.ts';
import type { KafkaEnvironment, KafkaOverride, KafkaService, KafkaSizes } from '../schema.ts';

export type KafkaLandscape = Landscape<KafkaEnvironment, KafkaService, KafkaOverride, KafkaSizes>;
export type PlacedService = PlacedServiceOf<KafkaService>;
