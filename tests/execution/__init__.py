"""The executor against its oracle, graphql-core."""
