import * as L from "../../layout/index.js"
import { header } from "../header.js"
import { surfaceTableSize } from "../parameters.js"
import { maxDraftBytes, maxFrameRate, streamTableSize } from "./parameters.js"
import { region } from "./region.js"

/** SpiceVideoCodecType (spice-protocol, enums.h:148-152). */
const codecs = { mjpeg: 1, vp8: 2, h264: 3, vp9: 4, h265: 5 }

const destination = L.struct(
  "Where the stream is shown: VideoStream.dest_area (video-stream.h:116).",
  {
    left: L.i32("The left edge, inside.", "pixels"),
    top: L.i32("The top edge, inside.", "pixels"),
    right: L.i32("The right edge, outside.", "pixels"),
    bottom: L.i32("The bottom edge, outside.", "pixels"),
  },
  ({ left, top, right, bottom }) => [
    {
      id: "draft-streams/destination-on-surface",
      code: "out-of-range",
      at: left,
      holds: L.all(L.atLeast(left, 0), L.atLeast(top, 0), L.below(left, right), L.below(top, bottom)),
      requirement: "The destination must begin on the surface, and have a width and a height.",
      consequence:
        "A target that sends the box again as an image when the stream ends reads outside the surface's canvas unless it clips.",
    },
  ],
)

const stream = L.struct("A stream that the client plays.", {
  id: L.u32("The stream's index in the server's table (display_channel_get_video_stream_id).")
    .must(L.below(streamTableSize), {
      id: "draft-streams/id-in-table",
      code: "out-of-range",
      requirement: "A stream id must be below the receiver's streamTableSize.",
      consequence: "It indexes stream_agents unchecked (dcc.cpp:1147): a write outside the object.",
    })
    .must((id) => L.below(L.previous(id, -1), id), {
      id: "draft-streams/ids-ascend",
      code: "not-canonical",
      requirement: "Stream ids must ascend strictly: the writer walks a table.",
      consequence: "A second stream of one id replaces the agent's video encoder, and the first one is never freed.",
    }),
  surface_id: L.u32("The surface that it is shown on.").must(L.below(surfaceTableSize), {
    id: "draft-streams/surface-in-table",
    code: "out-of-range",
    requirement: "The surface id must be below the receiver's surfaceTableSize.",
    consequence: "It indexes the array of surfaces (display-channel-private.h:118): a read outside the object.",
  }),
  codec: L.enumeration(codecs, "What it is encoded with."),
  width: L.u32("The width of its frames.", "pixels").must(L.above(0), {
    id: "draft-streams/width-not-zero",
    code: "out-of-range",
    requirement: "A stream must have a width.",
    consequence: "An encoder is given frames of that size; what it makes of empty ones is up to the codec.",
  }),
  height: L.u32("Their height.", "pixels").must(L.above(0), {
    id: "draft-streams/height-not-zero",
    code: "out-of-range",
    requirement: "A stream must have a height.",
    consequence: "An encoder is given frames of that size; what it makes of empty ones is up to the codec.",
  }),
  frame_rate: L.u32(
    "The rate of the frames that came in (VideoStream.input_fps, video-stream.h:123).",
    "frames per second",
  )
    .must(L.above(0), {
      id: "draft-streams/frame-rate-not-zero",
      code: "out-of-range",
      requirement: "A stream must have a frame rate.",
      consequence: "An encoder divides a second by it (gstreamer-encoder.c:386): SIGFPE crashes QEMU.",
    })
    .must(L.atMost(maxFrameRate), {
      id: "draft-streams/frame-rate-limit",
      code: "limit-exceeded",
      requirement: "The frame rate must not exceed the receiver's maxFrameRate.",
      consequence:
        "The encoder's rate control is told a rate that spice-server never computes (video-stream.cpp:399-402).",
    }),
  last_frame_age: L.u64(
    "How long before the state was written its last frame came: clocks of two hosts cannot be compared.",
    "nanoseconds",
  ),
  destination,
  clip: region("What of the destination is visible: VideoStreamAgent.clip (video-stream.h:66)."),
})

/** The video streams of a display channel: today a migration ends them all, and the target detects them anew. */
export const streams = L.layout("draft-streams", {
  title: "DraftStreams",
  doc: "The video streams that a client plays. A proposal: no server of today writes or reads it.",
  limit: maxDraftBytes,
  fields: {
    ...header("MGVS"),
    streams: L.list(stream, { counted: "num_streams", doc: "In the order of the server's table." }),
  },
})
