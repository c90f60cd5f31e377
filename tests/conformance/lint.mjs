// Linters of schemas, and whether the served schema breaks the contract that clients were promised.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import plugin from '@graphql-eslint/eslint-plugin';
import { Linter } from 'eslint';
import { buildSchema } from 'graphql';
import { check, done } from './report.mjs';

const require = createRequire(import.meta.url);
const { Configuration } = require('graphql-schema-linter/lib/configuration.js');
const { validateSchemaDefinition } = require('graphql-schema-linter/lib/validator.js');

const { SCHEMA, CONTRACT } = process.env;
const sdl = readFileSync(SCHEMA, 'utf8');

// All rules that there are but these; each says why.
const rules = {
  ...plugin.configs['flat/schema-all'].rules,
  ...plugin.configs['flat/schema-relay'].rules,
  '@graphql-eslint/require-description': [
    'error',
    {
      types: true,
      rootField: true,
      DirectiveDefinition: true,
      EnumValueDefinition: true,
      FieldDefinition: true,
      InputValueDefinition: true,
    },
  ],
  // Fields stand in the order in which a reader wants to know them.
  '@graphql-eslint/alphabetize': 'off',
  // It forbids mutations and subscriptions.
  '@graphql-eslint/no-root-type': 'off',
  // A payload shows what was changed; to ask anything else in the same round trip would race with other writers.
  '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off',
  // A payload is never null: its `userErrors` say why nothing was done. So the contract promises.
  '@graphql-eslint/require-nullable-result-in-root': 'off',
  // Lists go forward: nobody scrolls up from the end of a feed.
  '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
  // A short list that is always whole, as the pictures of a note, needs no pages.
  '@graphql-eslint/relay-edge-types': [
    'error',
    { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: true, withEdgeSuffix: true },
  ],
  // Parts and values of something that has an id, and what is only told: nothing of them can be found or cached alone.
  '@graphql-eslint/strict-id-in-types': [
    'error',
    {
      acceptedIdNames: ['id'],
      acceptedIdTypes: ['ID'],
      exceptions: {
        suffixes: ['Connection', 'Edge', 'Payload', 'Progress', 'Changed', 'Posted', 'Snapshot', 'Update'],
        types: [
          ...['Media', 'Money', 'NextPriceTier', 'OrderLine', 'PageInfo', 'PriceTier', 'ProductTag', 'Refund', 'SearchFacet'],
          ...['SearchFacetValue', 'Session', 'ShippingAddress', 'TeamMember', 'UserError'],
        ],
      },
    },
  ],
};
const messages = new Linter().verify(
  sdl,
  [
    {
      files: ['**/*.graphql'],
      plugins: { '@graphql-eslint': plugin },
      languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema: SCHEMA } } },
      rules,
    },
  ],
  { filename: 'schema.graphql' },
);
for (const rule of Object.keys(rules)) {
  if (rules[rule] === 'off') continue;
  await check(`graphql-eslint ${rule}`, () => {
    const found = messages.filter((message) => message.ruleId === rule);
    return found.length === 0 || found.map(({ line, message }) => `${line}: ${message}`);
  });
}
await check('graphql-eslint parses', () => {
  const found = messages.filter((message) => !message.ruleId);
  return found.length === 0 || found;
});

const sorted = /-sorted-alphabetically$/;
const configuration = new Configuration({ definition: sdl, sourceMap: null });
for (const rule of configuration.getAllRules()) {
  const name = rule.name.replace(/[A-Z]/g, (letter, at) => (at ? '-' : '') + letter.toLowerCase());
  if (sorted.test(name)) continue; // As above.
  await check(`graphql-schema-linter ${name}`, () => {
    const found = validateSchemaDefinition({ definition: sdl }, [rule], configuration);
    return found.length === 0 || found.map((error) => `${error.locations?.[0]?.line}: ${error.message}`);
  });
}

await check('graphql-inspector: nothing that was promised is broken', async () => {
  const changes = await diff(buildSchema(readFileSync(CONTRACT, 'utf8')), buildSchema(sdl));
  const broken = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking);
  return broken.length === 0 || broken.map((change) => `${change.path}: ${change.message}`);
});
done();
