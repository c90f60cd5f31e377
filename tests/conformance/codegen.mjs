// graphql-codegen makes types of the served schema and of an app's operations, and TypeScript takes them at its strictest.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse } from 'graphql';
import { check, done } from './report.mjs';

const require = createRequire(import.meta.url);
const folder = join(process.env.SCRATCH, 'codegen');
mkdirSync(folder, { recursive: true });
const schema = buildSchema(readFileSync(process.env.SCHEMA, 'utf8'));
const said = readFileSync(new URL('operations.graphql', import.meta.url), 'utf8');
const scalars = { DateTime: 'string', Decimal: 'string', URL: 'string' };

const documents = [{ location: 'operations.graphql', document: parse(said) }];
// The second writes all that its operations name, so that each stands alone.
for (const [name, plugin, expected] of [
  ['schema', typescript, 'export type FeedConnection ='],
  ['operations', operations, 'export type FeedScreenQuery ='],
]) {
  await check(`graphql-codegen: ${name}`, async () => {
    const text = await codegen({
      filename: `${name}.ts`,
      schema: parse(readFileSync(process.env.SCHEMA, 'utf8')),
      schemaAst: schema,
      documents,
      config: { strictScalars: true, scalars, useTypeImports: true },
      plugins: [{ [name]: {} }],
      pluginMap: { [name]: plugin },
    });
    writeFileSync(join(folder, `${name}.ts`), text);
    return text.includes(expected) || text.slice(0, 2000);
  });
}

await check('tsc --strict', () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const program = [require.resolve('typescript/package.json').replace('package.json', 'bin/tsc'), '--strict', '--noEmit'];
  try {
    execFileSync(process.execPath, [...program, '--noUncheckedIndexedAccess', 'schema.ts', 'operations.ts'], {
      cwd: folder,
      encoding: 'utf8',
    });
  } catch (error) {
    return error.stdout;
  }
});
done();
