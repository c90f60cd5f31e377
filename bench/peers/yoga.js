// GraphQL Yoga with a DataLoader for each relation.
import { createServer } from 'node:http'
import DataLoader from 'dataloader'
import { createSchema, createYoga } from 'graphql-yoga'
import { authors, collected, feed, liked, products, tags, typeDefs, viewerOf } from './feed.js'

const resolvers = {
  Query: { feed: (_, { first }, { viewerId }) => feed(first, viewerId) },
  Note: {
    author: (note, _, { loaders }) => loaders.authors.load(note.author_id),
    productTags: (note, _, { loaders }) => loaders.tags.load(note.key),
    viewerHasLiked: (note, _, { loaders }) => loaders.liked.load(note.key),
    viewerHasCollected: (note, _, { loaders }) => loaders.collected.load(note.key)
  },
  ProductTag: { product: (tag, _, { loaders }) => loaders.products.load(tag.product_id) }
}

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  healthCheckEndpoint: '/health/ready',
  logging: false,
  context: async ({ request }) => {
    const viewerId = await viewerOf(request.headers.get('authorization'))
    return {
      viewerId,
      loaders: {
        authors: new DataLoader(authors),
        tags: new DataLoader(tags),
        products: new DataLoader(products),
        liked: new DataLoader(ids => liked(ids, viewerId)),
        collected: new DataLoader(ids => collected(ids, viewerId))
      }
    }
  }
})
createServer(yoga).listen(Number(process.argv[2]), '127.0.0.1')
