import { randomUUID } from 'node:crypto';
import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { type ErrorDetails, SecretConflict, SecretError } from '../../core/errors.ts';
import type { SecretDocument } from '../store.ts';
import { awsRefusal, isAws, isBeingDeleted } from './answers.ts';
import { placeOf } from './place.ts';
import type { Aws } from './sdk.ts';

/**
 * One secret. A new version waits under AWSPENDING until AWSCURRENT is moved to it from the version that was read: AWS refuses that
 * where another one is current by now. The former version stays readable as AWSPREVIOUS.
 */
export class AwsSecret {
  private readonly aws: Aws;
  private readonly name: string;
  private readonly details: ErrorDetails;

  constructor(aws: Aws, name: string, details: ErrorDetails) {
    this.aws = aws;
    this.name = name;
    this.details = details;
  }

  /** Of the current version; undefined where there is none. */
  async value(): Promise<GetSecretValueCommandOutput | undefined> {
    const { sdk, client } = this.aws;
    try {
      const command = new sdk.GetSecretValueCommand({ SecretId: this.name, VersionStage: 'AWSCURRENT' });
      return await client.send(command, this.within());
    } catch (error) {
      if (isAws(error, 'ResourceNotFoundException')) return undefined;
      throw this.failed(error, 'GetSecretValue');
    }
  }

  /** Returns the version. The token makes a request that the client repeats the same one. */
  async create(document: SecretDocument): Promise<string> {
    const { sdk, client } = this.aws;
    const version = randomUUID();
    const text = { SecretString: JSON.stringify(document), ClientRequestToken: version };
    try {
      await client.send(new sdk.CreateSecretCommand({ Name: this.name, ...text }), this.within());
      return version;
    } catch (error) {
      if (!isAws(error, 'ResourceExistsException')) throw this.failed(error, 'CreateSecret');
    }
    // Infrastructure as code makes secrets without a value: the first one is ours to put.
    if (await this.hasValue()) throw this.conflict();
    return this.replace(document, undefined);
  }

  async replace(document: SecretDocument, expected: string | undefined): Promise<string> {
    const version = await this.put(document);
    try {
      await this.move('AWSCURRENT', expected, version);
      return version;
    } catch (error) {
      // What was put and is not current must not look like a rotation under way.
      await this.move('AWSPENDING', version, undefined).catch(() => undefined);
      const lost = isAws(error, 'InvalidParameterException') || isAws(error, 'ResourceNotFoundException');
      throw lost ? this.conflict() : this.failed(error, 'UpdateSecretVersionStage');
    }
  }

  private async put(document: SecretDocument): Promise<string> {
    const { sdk, client } = this.aws;
    const version = randomUUID();
    const command = new sdk.PutSecretValueCommand({
      SecretId: this.name,
      SecretString: JSON.stringify(document),
      ClientRequestToken: version,
      VersionStages: ['AWSPENDING'],
    });
    try {
      await client.send(command, this.within());
      return version;
    } catch (error) {
      throw isAws(error, 'ResourceNotFoundException')
        ? this.conflict()
        : this.failed(error, 'PutSecretValue');
    }
  }

  private async move(label: string, from: string | undefined, to: string | undefined): Promise<void> {
    const { sdk, client } = this.aws;
    const command = new sdk.UpdateSecretVersionStageCommand({
      SecretId: this.name,
      VersionStage: label,
      RemoveFromVersionId: from,
      MoveToVersionId: to,
    });
    await client.send(command, this.within());
  }

  private async hasValue(): Promise<boolean> {
    const { sdk, client } = this.aws;
    try {
      const command = new sdk.DescribeSecretCommand({ SecretId: this.name });
      const { VersionIdsToStages: stages = {} } = await client.send(command, this.within());
      return Object.values(stages).flat().includes('AWSCURRENT');
    } catch (error) {
      throw this.failed(error, 'DescribeSecret');
    }
  }

  private within(): { readonly abortSignal: AbortSignal } {
    return { abortSignal: AbortSignal.timeout(this.aws.timeoutMs) };
  }

  private failed(error: unknown, action: string): SecretError {
    if (!isBeingDeleted(error)) return awsRefusal(error, placeOf(this.name), action, this.details);
    return new SecretError(`${placeOf(this.name)} is marked for deletion`, {
      ...this.details,
      hint: 'bring it back (aws secretsmanager restore-secret), or wait until it is gone',
    });
  }

  private conflict(): SecretConflict {
    return new SecretConflict(`${placeOf(this.name)} was written by somebody else in the meantime`, {
      ...this.details,
      hint: 'run again',
    });
  }
}
