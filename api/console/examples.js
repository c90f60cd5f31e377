// Operations to start with; each runs as it stands.
export const EXAMPLES = [
  ["发现 · Discover", `# Shoppable notes that are loved now.
{
  feed(kind: DISCOVER, first: 5) {
    edges {
      reason
      node {
        id
        title
        author { handle displayName }
        likeCount
        productTags { product { id title minPrice { amount currency } } }
      }
    }
  }
}`],
  ["注册 · Sign up", `# Copy accessToken into the token field above.
mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) {
    session { accessToken refreshToken expiresAt user { id handle } }
    userErrors { code message field }
  }
}`, { input: { handle: "xiaolu", displayName: "小鹿", password: "correct horse" } }],
  ["发布笔记 · Publish a note", `mutation Publish($input: PublishNoteInput!) {
  publishNote(input: $input) {
    note { id title publishedAt topics { name } }
    userErrors { code message field }
  }
}`, { input: { title: "周末去哪儿露营", body: "帐篷、炉子和一个好天气。", topics: ["露营"] } }],
  ["拼团 · Group-buys", `# What can be bought together now, and which teams still need people.
{
  groupBuys(sort: ENDING_SOON, first: 5) {
    edges {
      node {
        id
        status
        price { amount currency }
        teamSize
        available
        endsAt
        product { title }
        openTeams(first: 3) { edges { node { id remainingCount expiresAt leader { displayName } } } }
      }
    }
  }
  serverNow
}`],
  ["参团 · Join a team", `# Needs a token. The seat is held while you pay.
mutation Join($input: JoinTeamInput!) {
  joinTeam(input: $input) {
    seat { id status heldUntil }
    order { id number total { amount currency } payBy }
    userErrors { code message field }
  }
}`, { input: { teamId: "team_…", idempotencyKey: "choose-one-per-attempt" } }],
  ["付款 · Pay", `mutation Pay($input: PayOrderInput!) {
  payOrder(input: $input) {
    order { id status team { status remainingCount } }
    userErrors { code message field }
  }
}`, { input: { orderId: "order_…", method: "SANDBOX", token: "ok", idempotencyKey: "choose-one-per-attempt" } }],
  ["团进度 · Team progress (live)", `# Starts with the whole truth, then tells every change.
subscription Progress($id: ID!) {
  teamProgress(teamId: $id) {
    sequence
    event
    team { status joinedCount remainingCount expiresAt members { user { displayName } } }
    serverNow
  }
}`, { id: "team_…" }],
  ["直播 · Live now", `{
  liveStreams(status: [LIVE, SCHEDULED], first: 5) {
    edges {
      node {
        id
        title
        status
        viewerCount
        host { displayName }
        pinnedListing { product { title } groupBuy { price { amount currency } } }
      }
    }
  }
}`],
  ["直播间 · Live room (live)", `subscription Room($id: ID!) {
  liveStreamEvents(liveStreamId: $id) {
    sequence
    event {
      __typename
      ... on LiveSnapshot { liveStream { title status viewerCount } }
      ... on LiveMessagePosted { message { body author { displayName } } }
      ... on LiveViewersChanged { viewerCount }
      ... on LiveGroupBuyChanged { groupBuy { available } team { remainingCount } }
    }
  }
}`, { id: "live_stream_…" }],
  ["搜索 · Search", `query Find($text: String!) {
  search(query: $text, kinds: [NOTE, PRODUCT], first: 10) {
    estimatedTotal
    edges {
      highlight
      node {
        __typename
        ... on Note { id title likeCount }
        ... on Product { id title minPrice { amount currency } }
      }
    }
  }
}`, { text: "露营" }],
  ["我 · Viewer", `# Needs a token.
{
  viewer {
    user { id handle displayName }
    orders(first: 5) { edges { node { number status total { amount currency } } } }
    teams(first: 5) { edges { node { id status remainingCount } } }
  }
}`],
];
