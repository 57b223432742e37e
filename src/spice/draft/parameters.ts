import * as L from "../../layout/index.js"

/** What a receiver of the drafts would be. */

export const streamTableSize = L.numberParameter("streamTableSize", {
  default: 50,
  most: 65536,
  unit: "streams",
  doc: "Video streams that a display channel has room for. Default 50: NUM_STREAMS of spice-server 0.15.1 (display-limits.h:26).",
})

export const maxFrameRate = L.numberParameter("maxFrameRate", {
  default: 30,
  most: 1000,
  unit: "frames per second",
  doc: "The highest frame rate of a stream. Default 30: MAX_FPS of spice-server 0.15.1 (video-stream.h:46).",
})

/** The most bytes of a draft: lists of rectangles and bitmaps have no bound of their own in spice-server. */
export const maxDraftBytes = L.numberParameter("maxDraftBytes", {
  default: 0x100000,
  most: 0x4000000,
  unit: "bytes",
  doc: "Largest input. Default 1 MiB: more than 50,000 rectangles.",
})
