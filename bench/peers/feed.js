// What both peers share: the schema, and the statements of the feed page, each for all its parents at once.
import { createHash } from 'node:crypto'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })

export const typeDefs = `
  type Money { amount: String! currency: String! }
  type Product {
    id: ID! title: String! description: String! imageUrls: [String!]! soldCount: Int! minPrice: Money!
  }
  type User { id: ID! handle: String! displayName: String! avatarUrl: String followerCount: Int! }
  type ProductTag { product: Product! }
  type Note {
    id: ID! title: String! body: String! likeCount: Int! publishedAt: String! viewerHasLiked: Boolean!
    viewerHasCollected: Boolean! author: User! productTags: [ProductTag!]!
  }
  type FeedEdge { node: Note! reason: String! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type FeedConnection { edges: [FeedEdge!]! pageInfo: PageInfo! }
  enum FeedKind { FOLLOWING }
  type Query { feed(kind: FeedKind!, first: Int!): FeedConnection! }
`

// Named, so that PostgreSQL plans each once a connection.
const ask = async (name, text, ...values) => (await pool.query({ name, text, values })).rows

const globalId = (kind, id) => `${kind}_${id.replaceAll('-', '')}`

export async function viewerOf (authorization) {
  const hash = createHash('sha256').update((authorization ?? '').replace(/^Bearer /, '')).digest()
  const [found] = await ask('viewer', 'SELECT account_id FROM sessions WHERE access_hash = $1' +
    ' AND revoked_at IS NULL AND access_expires_at > $2', hash, new Date())
  if (!found) throw new Error('UNAUTHENTICATED')
  return found.account_id
}

export async function feed (first, viewerId) {
  const followed = (await ask('followed', 'SELECT followee_id FROM follows WHERE follower_id = $1', viewerId))
    .map(row => row.followee_id)
  const found = await ask('notes', 'SELECT id, author_id, title, body, like_count AS "likeCount", published_at' +
    ' FROM notes WHERE author_id = ANY($1) AND deleted_at IS NULL ORDER BY id DESC LIMIT $2', followed, first + 1)
  const notes = found.slice(0, first)
  const last = notes.at(-1)
  return {
    edges: notes.map(note => ({ node: shown(note), reason: 'FOLLOWED_AUTHOR' })),
    pageInfo: {
      hasNextPage: found.length > first,
      endCursor: Buffer.from(JSON.stringify(last.id)).toString('base64url')
    }
  }
}

function shown (note) {
  return {
    ...note,
    key: note.id,
    id: globalId('note', note.id),
    publishedAt: note.published_at.toISOString().replace('.000Z', 'Z')
  }
}

export async function authors (ids) {
  const rows = await ask('authors', 'SELECT id, handle, display_name AS "displayName", avatar_url AS "avatarUrl",' +
    ' follower_count AS "followerCount" FROM accounts WHERE id = ANY($1)', [...new Set(ids)])
  const found = new Map(rows.map(row => [row.id, { ...row, id: globalId('user', row.id) }]))
  return ids.map(id => found.get(id))
}

export async function tags (noteIds) {
  const found = new Map(noteIds.map(id => [id, []]))
  const rows = await ask('tags',
    'SELECT note_id, product_id FROM note_products WHERE note_id = ANY($1) ORDER BY position', noteIds)
  for (const row of rows) found.get(row.note_id).push(row)
  return noteIds.map(id => found.get(id))
}

export async function products (ids) {
  const rows = await ask('products', 'SELECT id, title, description, image_urls AS "imageUrls",' +
    ' sold_count AS "soldCount", min_price_minor, currency FROM products WHERE id = ANY($1)', [...new Set(ids)])
  const found = new Map(rows.map(row => [row.id, {
    ...row,
    id: globalId('product', row.id),
    minPrice: { amount: (Number(row.min_price_minor) / 100).toFixed(2), currency: row.currency }
  }]))
  return ids.map(id => found.get(id))
}

const engaged = table => async (noteIds, viewerId) => {
  const rows = await ask(table, `SELECT note_id FROM ${table} WHERE user_id = $1 AND note_id = ANY($2)`,
    viewerId, noteIds)
  const found = new Set(rows.map(row => row.note_id))
  return noteIds.map(id => found.has(id))
}

export const liked = engaged('note_likes')
export const collected = engaged('note_collects')
