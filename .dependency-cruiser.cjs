// The direction of imports (docs/architecture.md): core <- files <- topology, secrets, lint, report, history
// <- brokers/<x> <- brokers/index <- operations <- commands <- cli.
const layer = (name, from, forbidden) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: forbidden },
});
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    layer('core-is-the-bottom', '^src/core/', '^src/(?!core/)'),
    layer('files-know-only-the-core', '^src/files/', '^src/(?!files/|core/)'),
    layer('probes-know-only-the-core', '^src/probe/', '^src/(?!probe/|core/)'),
    layer(
      'topology-knows-no-broker',
      '^src/(topology|secrets|lint|report|history)/',
      '^src/(brokers|operations|commands|cli|index)',
    ),
    layer(
      'brokers-know-nothing-above',
      '^src/brokers/',
      '^src/(operations|commands|report|history|lint|cli|index)',
    ),
    layer('rabbitmq-does-not-know-kafka', '^src/brokers/rabbitmq/', '^src/brokers/(kafka/|index)'),
    layer('kafka-does-not-know-rabbitmq', '^src/brokers/kafka/', '^src/brokers/(rabbitmq/|index)'),
    layer('only-the-registry-sees-brokers', '^src/(operations|commands|cli|index)', '^src/brokers/(?!index)'),
    layer('operations-know-no-command', '^src/operations/', '^src/(commands|cli|index)'),
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'The pure core takes its inputs as arguments: no files, no network, no clients.',
      from: { path: '^src/(core|report)/', pathNot: '^src/report/page/browser/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'],
        pathNot: '^(node:)?crypto$|node_modules/(picocolors|zod)/',
      },
    },
    {
      name: 'the-page-is-built-apart',
      severity: 'error',
      comment: 'What runs in a browser is bundled into the page: nothing that runs in Node.js may import it.',
      from: { path: '^src/', pathNot: '^src/report/page/browser/' },
      to: { path: '^src/report/page/browser/' },
    },
    {
      name: 'lint-is-pure',
      severity: 'error',
      comment: 'Rules and their engine look at what was loaded: what is lexed again are comments.',
      from: { path: '^src/lint/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'],
        pathNot: '^(node:)?crypto$|node_modules/yaml/',
      },
    },
    {
      name: 'pure-broker-files-are-pure',
      severity: 'error',
      from: {
        path: '^src/brokers/[^/]+/(kinds|compile|decompile|audit/|recall|ground|land|access|rules|ruling|checks|patterns|names|normalize|resources|schema|words)',
      },
      to: { path: '(axios|amqplib|kafkajs|@platformatic|^(node:)?(fs|net|tls|http|https)$)' },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      // What the page's script uses is put into it when it is built.
      from: { path: '^src/', pathNot: '^src/report/page/browser/' },
      // What a service brings along is installed here for its types and tests.
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer', 'type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
