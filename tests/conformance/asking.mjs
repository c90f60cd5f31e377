// What the suites share: where the server is, and the demo's viewer signed in.

export const SERVER = process.env.SERVER;
export const SOCKET = SERVER.replace('http', 'ws');

/** The whole answer to an operation. */
export async function ask(query, variables = {}, token = null) {
  const headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(SERVER, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return answer.json();
}

/** The access token of the demo's viewer. */
export async function signedIn() {
  const query = `mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }`;
  const answer = await ask(query, { input: { handle: 'demo', password: 'zhongcao-demo' } });
  return answer.data.signIn.session.accessToken;
}

/** The id of a team that is open. */
export async function openTeam() {
  const query = '{ groupBuys(first: 20) { edges { node { openTeams(first: 1) { edges { node { id } } } } } } }';
  const answer = await ask(query);
  return answer.data.groupBuys.edges.flatMap((edge) => edge.node.openTeams.edges)[0].node.id;
}
