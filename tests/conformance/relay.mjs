// Relay: its compiler takes the served schema and what an app says of it, and what it makes runs on its runtime.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { check, done } from './report.mjs';
import { ask, signedIn } from './asking.mjs';

const require = createRequire(import.meta.url);
const { ConnectionHandler, Environment, Network, RecordSource, Store, commitMutation, fetchQuery } = require('relay-runtime');

const folder = join(process.env.SCRATCH, 'relay');
const made = (name) => require(join(folder, 'made', `${name}.graphql.js`));

await check('relay-compiler', () => {
  mkdirSync(join(folder, 'made'), { recursive: true });
  copyFileSync(process.env.SCHEMA, join(folder, 'schema.graphql'));
  copyFileSync(new URL('relay/App.js', import.meta.url), join(folder, 'App.js'));
  const config = { src: '.', schema: 'schema.graphql', language: 'javascript', artifactDirectory: 'made' };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  execFileSync(process.execPath, [require.resolve('relay-compiler/cli.js'), 'relay.config.json'], { cwd: folder });
  return readdirSync(join(folder, 'made')).length === 10;
});

const token = await signedIn();
const store = new Store(new RecordSource());
const environment = new Environment({
  network: Network.create((operation, variables) => ask(operation.text, variables, token)),
  store,
});
const edges = () => {
  const root = environment.getStore().getSource().get('client:root:__App_feed_connection');
  return root?.edges.__refs.map((ref) => environment.getStore().getSource().get(ref).node.__ref) ?? [];
};

await check('relay-runtime: a connection grows by pages, nothing twice', async () => {
  await fetchQuery(environment, made('AppFeedQuery'), { first: 3 }).toPromise();
  const { endCursor } = environment.getStore().getSource().get(
    environment.getStore().getSource().get('client:root:__App_feed_connection').pageInfo.__ref,
  );
  await fetchQuery(environment, made('AppFeedPaginationQuery'), { first: 3, after: endCursor }).toPromise();
  return (edges().length === 6 && new Set(edges()).size === 6) || edges();
});

await check('relay-runtime: the viewer and their public side are two records', () => {
  const source = environment.getStore().getSource();
  const viewer = source.get(source.get('client:root').viewer.__ref);
  return (viewer.__typename === 'Viewer' && source.get(viewer.user.__ref).__typename === 'User') || viewer;
});

await check('relay-runtime: a fragment is fetched again by its id', async () => {
  const [id] = edges();
  const again = await fetchQuery(environment, made('AppNoteRefetchQuery'), { id, first: 1 }).toPromise();
  return again.node !== null;
});

await check('relay-runtime: a mutation changes what the store shows of the same note', async () => {
  const [id] = edges();
  await new Promise((resolve, reject) =>
    commitMutation(environment, {
      mutation: made('AppLikeMutation'),
      variables: { input: { noteId: id } },
      onCompleted: (_, errors) => (errors ? reject(new Error(JSON.stringify(errors))) : resolve()),
      onError: reject,
    }),
  );
  return environment.getStore().getSource().get(id).viewerHasLiked === true;
});

await check('relay-runtime: what is appended joins its connection by the promised edge', async () => {
  const [id] = edges();
  await fetchQuery(environment, made('AppNoteRefetchQuery'), { id, first: 1 }).toPromise();
  const connection = ConnectionHandler.getConnectionID(id, 'App_note_comments');
  const before = environment.getStore().getSource().get(connection).edges.__refs.length;
  await new Promise((resolve, reject) =>
    commitMutation(environment, {
      mutation: made('AppCommentMutation'),
      variables: { input: { noteId: id, body: '好看' }, connections: [connection] },
      onCompleted: (_, errors) => (errors ? reject(new Error(JSON.stringify(errors))) : resolve()),
      onError: reject,
    }),
  );
  return environment.getStore().getSource().get(connection).edges.__refs.length === before + 1;
});
done();
