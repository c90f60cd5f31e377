"""The graph: GraphQL types over the domains' records. A folder a domain; what all share is beside them."""
