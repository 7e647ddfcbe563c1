/**
 * Seeds that failed once: what they found is mended, and they are run for ever. (A change of plan.ts
 * gives every seed another plan; what these found then needs tests of its own.) They run as they were
 * planned, without the clients that watched.ts adds.
 */
export const PINNED: readonly number[] = [
  // A fork that was interrupted before it could close the run it cut.
  1114, 1262, 1281, 1561, 2017, 2848, 2908, 3070, 3154, 3205, 3224,
  // A pause on a full disk that held the run though it was refused.
  1064, 1429, 2695, 3147,
  // A log that lost its disk while the server started.
  2088,
];

/** The same, of the plans with all that watched.ts adds. */
export const PINNED_WATCHED: readonly number[] = [
  // A long-poll that opened its thread again after the server had closed all of them.
  373, 576,
];

/** The same, of the plans with the native clients and the pages on the real client that apps/steered.ts adds. */
export const PINNED_STEERED: readonly number[] = [
  // A fork that was repeated while it was being made, and cut its run twice.
  581,
  // A cancel of a run that had asked, while the run that was to go on from the answer waited for its turn.
  939,
  // A listener that came while the view was older than the events it was told.
  19, 120, 273,
  // A message that was refused, and sent by itself after a reload.
  114, 121, 276,
  // A server that goes down, and refused the repeat of a start that it had taken.
  3421,
  // A client that was waited for, with its large view, after it had gone.
  3116, 3357,
];
