// What an app on Relay says: connections that grow, fragments that are fetched again, and stores that are updated by edges.
import { graphql } from 'relay-runtime';

export const feed = graphql`
  query AppFeedQuery($first: Int!, $after: String) {
    ...App_feed @arguments(first: $first, after: $after)
    viewer {
      ...App_viewer
    }
  }
`;
export const page = graphql`
  fragment App_feed on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 5 }, after: { type: "String" })
  @refetchable(queryName: "AppFeedPaginationQuery") {
    feed(first: $first, after: $after) @connection(key: "App_feed") {
      edges {
        reason
        node {
          ...App_note
        }
      }
    }
  }
`;
export const note = graphql`
  fragment App_note on Note
  @argumentDefinitions(first: { type: "Int", defaultValue: 3 }, after: { type: "String" })
  @refetchable(queryName: "AppNoteRefetchQuery") {
    title
    likeCount
    comments(first: $first, after: $after) @connection(key: "App_note_comments") {
      edges {
        node {
          body
        }
      }
    }
  }
`;
export const viewer = graphql`
  fragment App_viewer on Viewer @refetchable(queryName: "AppViewerRefetchQuery") {
    user {
      displayName
    }
  }
`;
export const like = graphql`
  mutation AppLikeMutation($input: NoteRefInput!) {
    likeNote(input: $input) {
      note {
        viewerHasLiked
        likeCount
      }
      userErrors {
        code
      }
    }
  }
`;
export const comment = graphql`
  mutation AppCommentMutation($input: AddCommentInput!, $connections: [ID!]!) {
    addComment(input: $input) {
      comment @appendNode(connections: $connections, edgeTypeName: "CommentEdge") {
        body
      }
    }
  }
`;
export const team = graphql`
  subscription AppTeamSubscription($team: ID!, $after: Int) {
    teamProgress(teamId: $team, afterSequence: $after) {
      sequence
      team {
        remainingCount
      }
    }
  }
`;
