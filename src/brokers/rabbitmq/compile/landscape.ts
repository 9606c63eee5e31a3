import type { Landscape, PlacedService as PlacedServiceOf } from '../../../core/landscape.ts';
import type { RabbitEnvironment, RabbitService, RabbitSizes } from '../schema.ts';

export type RabbitLandscape = Landscape<RabbitEnvironment, RabbitService, unknown, RabbitSizes>;
export type PlacedService = PlacedServiceOf<RabbitService>;
/** The way to a value in a section. */
export type Path = readonly (string | number)[];

/** A service with the vhost that it lives in, by alias. */
export interface Resident {
  readonly service: PlacedService;
  readonly home: string;
}
