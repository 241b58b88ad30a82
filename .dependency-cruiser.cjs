/**
 * Who may import whom (docs/architecture.md, "Rooms"). test/rooms.test.ts runs this, and plants one
 * violation of every rule to see that it is caught.
 *
 * TypeScript 7 cannot be used as the parser here: with it, no module is read and no violation is
 * found. @swc/core does the parsing instead; it cannot tell `import type`, so types count as well.
 */
const rooms = '^(bin|lib|functions|adapters|datasets|subscribers|core|console|test)/';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A room that imports only from the rooms named. */
const importsOnly = (room, allowed, comment) =>
  rule(`${room}-imports`, comment, { path: `^${room}/` }, {
    path: rooms,
    pathNot: allowed.map((name) => `^${name}/`),
  });

const packages = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'core'];
/** Places of core that turn values into bytes, or bytes into an id. */
const coreThatHashes = '^core/(hash|contract)\\.ts$|^core/landing/';

module.exports = {
  forbidden: [
    importsOnly('core', ['core'], 'core is pure: values in, values out'),
    importsOnly('datasets', ['datasets', 'core'], 'a dataset is a declaration'),
    importsOnly(
      'subscribers',
      ['subscribers', 'core'],
      'a subscriber is handed what it is told; clients of AWS are its own affair',
    ),
    importsOnly('adapters', ['adapters', 'core'], 'an adapter implements a port of core'),
    importsOnly(
      'functions',
      ['functions', 'adapters', 'datasets', 'subscribers', 'core'],
      'a function wires core to adapters',
    ),
    rule(
      'lib-imports',
      'a construct sees of a function only what it reads from its environment',
      { path: '^lib/' },
      { path: '^(bin|functions|adapters|test)/', pathNot: '^functions/[^/]+/env\\.ts$' },
    ),
    rule(
      'functions-are-islands',
      'each Lambda is bundled, deployed and understood alone; what two share lies in functions/',
      { path: '^functions/([^/]+)/' },
      { path: '^functions/[^/]+/', pathNot: '^functions/$1/' },
    ),
    rule(
      'core-needs-only-zod',
      'no clock, no network, no files: what core needs of the world is a parameter',
      { path: '^core/', pathNot: [coreThatHashes, '^core/(load|avro)/'] },
      { dependencyTypes: packages, pathNot: ['node_modules/zod/'] },
    ),
    rule(
      'core-hashes',
      'ids are hashes of their input, so node:crypto joins zod here',
      { path: coreThatHashes },
      { dependencyTypes: packages, pathNot: ['node_modules/zod/', '^crypto$', '^node:crypto$'] },
    ),
    rule(
      'core-load-encodes',
      'Iceberg manifests are Avro: bytes in, bytes out, still no I/O',
      { path: '^core/load/' },
      {
        dependencyTypes: packages,
        pathNot: ['node_modules/(zod|avsc)/', '^(node:)?(buffer|crypto|zlib)$'],
      },
    ),
    rule(
      'core-avro-reads',
      'values of Avro are read from a Buffer: bytes in, texts out',
      { path: '^core/avro/' },
      { dependencyTypes: packages, pathNot: ['node_modules/zod/', '^(node:)?buffer$'] },
    ),
    rule(
      'cdk-only-in-lib',
      'the CDK in a Lambda would be 50 MB of bundle',
      { pathNot: '^(bin|lib|test)/' },
      { path: 'node_modules/(aws-cdk-lib|constructs)/' },
    ),
    rule(
      'world-only-in-adapters',
      'AWS and DuckDB are reached through ports, which have fakes; main.ts makes the clients',
      { path: '^(core|datasets|functions|lib)/', pathNot: '/main\\.ts$' },
      { path: 'node_modules/(@aws-sdk|@smithy|@aws-crypto|@duckdb)/' },
    ),
    rule(
      'no-dev-packages-at-run-time',
      'what runs in AWS or on a user’s machine is a dependency, not a development one',
      {
        path: '^(core|datasets|subscribers|adapters|functions|lib|bin)/',
        pathNot: ['^bin/(bench|checks|generate)/', '^adapters/engine/build-wasm\\.ts$'],
      },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm'], pathNot: 'node_modules/@types/' },
    ),
    rule(
      'packages-are-declared',
      'a package that is there because another one needs it may be gone tomorrow',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    rule('everything-resolves', 'a file that is not there', {}, { couldNotResolve: true }),
    rule('no-cycles', 'files in a circle are one file in pieces', {}, { circular: true }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(cdk\\.out|\\.headgate)/|/node_modules/[^@]+/node_modules/' },
  },
};
