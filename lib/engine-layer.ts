import { join } from 'node:path';
import { AssetHashType, Stack } from 'aws-cdk-lib';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { buildEngine, type EngineArchitecture, engineHash } from '../layers/duckdb/build.ts';

export interface EngineLayerProps {
  readonly architecture: EngineArchitecture;
}

/** DuckDB for the functions that judge and shape rows; the others stay small without it. */
export class EngineLayer extends Construct {
  /** Modules of the layer, which bundles must leave to it. */
  static readonly modules = ['@duckdb/*'];
  readonly layer: LayerVersion;

  constructor(scope: Construct, id: string, { architecture }: EngineLayerProps) {
    super(scope, id);
    this.layer = new LayerVersion(this, 'Layer', {
      description: 'DuckDB and its Node API.',
      compatibleArchitectures: [lambdaArchitecture(architecture)],
      compatibleRuntimes: [Runtime.NODEJS_24_X],
      code: Code.fromAsset(this.#directory(architecture), {
        // The lockfile decides; reading 64 MB at every synth would tell no more.
        assetHash: engineHash(architecture),
        assetHashType: AssetHashType.CUSTOM,
        exclude: ['.build'],
      }),
    });
  }

  /** Tests switch bundling off; the layer's identity is the same without its files. */
  #directory(architecture: EngineArchitecture): string {
    return Stack.of(this).bundlingRequired
      ? buildEngine(architecture).directory
      : join(import.meta.dirname, '../layers/duckdb');
  }
}

/** The SDK's word for a processor. */
export const lambdaArchitecture = (architecture: EngineArchitecture): Architecture =>
  architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64;
