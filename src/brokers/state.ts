/**
 * How things stand with the engine. `up`: messages were seen to go there and back. `suspect`:
 * connected, but they do not come back. `down`: not connected. In one process it is always `up`.
 */
export type TopicsState = "up" | "suspect" | "down";
