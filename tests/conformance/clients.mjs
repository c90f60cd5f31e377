// The clients that apps are written with: each as its documentation shows it, against the served product.
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client as Urql, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { createClient as sse } from 'graphql-sse';
import { createClient as ws } from 'graphql-ws';
import WebSocket from 'ws';
import { openTeam, SERVER, signedIn, SOCKET } from './asking.mjs';
import { check, done } from './report.mjs';

const FEED = `query ($first: Int!, $after: String) { feed(first: $first, after: $after) {
  edges { cursor node { __typename id title author { __typename id displayName }
    productTags { x y product { __typename id minPrice { amount currency } } } } }
  pageInfo { hasNextPage endCursor } } }`;
const TEAM = 'subscription ($team: ID!) { teamProgress(teamId: $team) { event team { id remainingCount } } }';
const PUBLIC = '{ viewer { __typename id user { __typename id displayName } } }';
const PRIVATE = '{ viewer { __typename id orders(first: 3) { edges { node { __typename id } } } } }';
const LIKE = `mutation ($input: NoteRefInput!) { likeNote(input: $input) {
  note { __typename id viewerHasLiked } userErrors { code } } }`;

const token = await signedIn();
const team = await openTeam();
const headers = { Authorization: `Bearer ${token}` };
const socket = () => ws({ url: SOCKET, webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });

for (const [name, client] of [
  ['graphql-ws', socket()],
  ['graphql-sse, distinct connections', sse({ url: SERVER, headers, retryAttempts: 0 })],
]) {
  await check(`${name}: a subscription begins with a snapshot, and ends when it is left`, async () => {
    for await (const step of client.iterate({ query: TEAM, variables: { team } })) {
      return (step.data?.teamProgress.event === 'SNAPSHOT' && step.data.teamProgress.team.id === team) || step;
    }
  });
  await check(`${name}: a query`, async () => {
    for await (const answer of client.iterate({ query: PUBLIC })) return !!answer.data?.viewer || answer;
  });
  await check(`${name}: what is not in the schema is told as errors`, async () => {
    try {
      for await (const answer of client.iterate({ query: '{ nothingOfThis }' })) return !!answer.errors || answer;
    } catch (error) {
      return Array.isArray(error) || /nothingOfThis|400/.test(String(error)) || String(error);
    }
  });
  client.dispose();
}

const apollo = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: SERVER, headers, fetch }) });
await check('Apollo Client: a page, and the next', async () => {
  const query = gql(FEED);
  const first = await apollo.query({ query, variables: { first: 2 } });
  const after = first.data.feed.pageInfo.endCursor;
  const second = await apollo.query({ query, variables: { first: 2, after } });
  const ids = [first, second].flatMap((page) => page.data.feed.edges.map((edge) => edge.node.id));
  return new Set(ids).size === 4 || ids;
});
await check('Apollo Client: a second query of the viewer adds to the first', async () => {
  await apollo.query({ query: gql(PUBLIC) });
  await apollo.query({ query: gql(PRIVATE) });
  const { data } = await apollo.query({ query: gql(PUBLIC), fetchPolicy: 'cache-only' });
  return !!data?.viewer?.user || data;
});
await check('Apollo Client: a mutation changes the cached note', async () => {
  const { data } = await apollo.query({ query: gql(FEED), variables: { first: 2 } });
  const id = data.feed.edges[0].node.id;
  await apollo.mutate({ mutation: gql(LIKE), variables: { input: { noteId: id } } });
  return apollo.cache.extract()[`Note:${id}`].viewerHasLiked === true;
});
await check('Apollo Client: a subscription over its link', async () => {
  const client = socket();
  const watching = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(client) });
  const step = await new Promise((next, error) => {
    watching.subscribe({ query: gql(TEAM), variables: { team } }).subscribe({ next, error });
  });
  client.dispose();
  return step.data.teamProgress.event === 'SNAPSHOT' || step;
});

const schema = introspectionFromSchema(buildSchema(readFileSync(process.env.SCHEMA, 'utf8')));
const warned = [];
// Values without an identity lie in what has one.
const without = ['Money', 'ProductTag', 'PageInfo'];
const urql = new Urql({
  url: SERVER,
  preferGetMethod: false,
  fetchOptions: { headers },
  exchanges: [
    cacheExchange({
      schema,
      keys: Object.fromEntries(without.map((name) => [name, () => null])),
      logger: (severity, message) => severity === 'debug' || warned.push(`${severity}: ${message}`),
    }),
    fetchExchange,
  ],
});
await check('urql with graphcache: pages, the viewer asked twice, a mutation; nothing to warn of', async () => {
  const { data } = await urql.query(FEED, { first: 2 }).toPromise();
  await urql.query(PUBLIC, {}).toPromise();
  await urql.query(PRIVATE, {}).toPromise();
  const again = await urql.query(PUBLIC, {}, { requestPolicy: 'cache-only' }).toPromise();
  const liked = await urql.mutation(LIKE, { input: { noteId: data.feed.edges[0].node.id } }).toPromise();
  if (liked.error || !again.data?.viewer?.user) return { liked: String(liked.error), again: again.data };
  return warned.length === 0 || warned;
});

await check('persisted queries as Apollo sends them: asked for, then known', async () => {
  // A document that nobody sent before.
  const query = `# ${randomUUID()}\n${PUBLIC}`;
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  const post = async (body) =>
    (await fetch(SERVER, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
  const unknown = await post({ extensions });
  const told = await post({ query, extensions });
  const known = await post({ extensions });
  return (unknown.errors[0].extensions.code === 'PERSISTED_QUERY_NOT_FOUND' && told.data && known.data && true) || { unknown, told, known };
});
done();
