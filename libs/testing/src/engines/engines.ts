export { Engine, freePort, type EngineSpec } from './engine.ts';
export { startKafka, type KafkaEngine } from './kafka.ts';
export { startKms, type KmsEngine } from './kms.ts';
export { startOpenFga, type OpenFgaEngine } from './openfga.ts';
export { startS3, type S3Engine } from './s3.ts';
export { hasEngines, testEngines, type TestEngines } from './test-engines.ts';
