/** The same brokers as containers, for machines with a Docker engine: same configuration, same connection data. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GenericContainer, type StartedTestContainer, Wait, getContainerRuntimeClient } from 'testcontainers';
import { createAuthority } from './certificates.ts';
import type { KafkaConnection, RabbitConnection } from './connection.ts';
import type { Started } from './global-setup.ts';
import { BROKER_PRINCIPAL, kafkaConfig } from './kafka-config.ts';
import { kafkaVersion } from './kafka-install.ts';
import { namedPorts } from './ports.ts';
import { removeFolder, temporaryFolder } from './process.ts';
import { rabbitConfig } from './rabbitmq-config.ts';
