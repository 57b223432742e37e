import * as L from "../../layout/index.js"
import { header } from "../header.js"

/** Below so many bits per second a line is slow: MainChannelClient::is_low_bandwidth (main-channel-client.cpp:484-487). */
const lowBandwidth = 10 * 1024 * 1024

/**
 * What a server has measured of a client's line, as a message of its own: it serves a second session of the same client
 * as well as a target, which today either measures again while the session runs or takes the line for fast.
 */
export const sessionBandwidth = L.layout("draft-session-bandwidth", {
  title: "DraftSessionBandwidth",
  doc: "How fast a client's line is. A proposal: no server of today writes or reads it.",
  limit: 25,
  fields: {
    ...header("MGSB"),
    bits_per_second: L.u64(
      "The rate that was measured (bitrate_per_sec, main-channel-client.cpp:372); 2^64 - 1 where nothing was (line 52).",
      "bits per second",
    ).must(L.above(0), {
      id: "draft-session-bandwidth/rate-not-zero",
      code: "out-of-range",
      requirement: "The rate must not be 0.",
      consequence: "Video encoders begin with a share of it (video-stream.cpp:595): with none they send nothing.",
    }),
    latency: L.u64("The time that a message takes (latency).", "microseconds"),
    low_bandwidth: L.boolean("Whether the line is taken for slow."),
  },
  rules: ({ bits_per_second: rate, low_bandwidth: low }) => [
    {
      id: "draft-session-bandwidth/low-as-measured",
      code: "inconsistent",
      at: low,
      holds: L.any(
        L.all(L.equal(low, 1), L.below(rate, lowBandwidth)),
        L.all(L.equal(low, 0), L.atLeast(rate, lowBandwidth)),
      ),
      requirement: "A line must be taken for slow exactly where its rate is below 10 * 1024 * 1024 bits per second.",
      consequence:
        "Channels disagree: jpeg-wan-compression=auto reads a display's surfaces by the one and the encoders choose by the other.",
    },
  ],
})
