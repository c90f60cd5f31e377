// Mercurius with its just-in-time compiler and its loaders.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { authors, collected, feed, liked, products, tags, typeDefs, viewerOf } from './feed.js'

const app = Fastify()
app.get('/health/ready', async () => 'ready')
app.register(mercurius, {
  schema: typeDefs,
  resolvers: { Query: { feed: (_, { first }, { viewerId }) => feed(first, viewerId) } },
  loaders: {
    Note: {
      author: asked => authors(asked.map(({ obj }) => obj.author_id)),
      productTags: asked => tags(asked.map(({ obj }) => obj.key)),
      viewerHasLiked: (asked, { viewerId }) => liked(asked.map(({ obj }) => obj.key), viewerId),
      viewerHasCollected: (asked, { viewerId }) => collected(asked.map(({ obj }) => obj.key), viewerId)
    },
    ProductTag: { product: asked => products(asked.map(({ obj }) => obj.product_id)) }
  },
  context: async request => ({ viewerId: await viewerOf(request.headers.authorization) }),
  jit: 1,
  cache: true
})
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
