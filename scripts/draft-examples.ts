import type { Layout, State } from "../src/layout/index.js"
import { bitmapCache, clientSurfaces, lossyRegion, sessionBandwidth, streams, surfaces } from "../src/spice/drafts.js"

/** Rectangles, each as left, top, right, bottom, in columns. */
const rectangles = (...all: readonly (readonly [number, number, number, number])[]) =>
  ({
    kind: "rectangles",
    columns: Int32Array.from([0, 1, 2, 3].flatMap((edge) => all.map((rectangle) => rectangle[edge] ?? 0))),
  }) as const

const lossy: State<typeof lossyRegion> = {
  width: 1024,
  height: 768,
  lossy: rectangles([0, 0, 1024, 24], [0, 24, 320, 240], [704, 24, 1024, 240], [64, 600, 128, 664]),
}

const offScreen: State<typeof surfaces> = {
  surfaces: [
    { id: 1, lossy: rectangles() },
    { id: 7, lossy: rectangles([0, 0, 64, 64]) },
    { id: 1023, lossy: rectangles([0, 0, 10, 5], [12, 0, 20, 5], [0, 5, 20, 9]) },
  ],
}

const cache: State<typeof bitmapCache> = {
  cache_id: 1,
  size: 20971520n,
  generation: 0,
  bitmaps: [
    { id: 0x1000000000002an, size: 4096, last_use: 17n, sync: [72n, 0n, 0n, 0n], lossy: false },
    { id: 0x1000000000002bn, size: 786432, last_use: 16n, sync: [70n, 3n, 0n, 0n], lossy: true },
  ],
}

const playing: State<typeof streams> = {
  streams: [
    {
      id: 0,
      surface_id: 0,
      codec: "mjpeg",
      width: 640,
      height: 360,
      frame_rate: 25,
      last_frame_age: 38_000_000n,
      destination: { left: 100, top: 80, right: 740, bottom: 440 },
      clip: rectangles([100, 80, 740, 400], [100, 400, 600, 440]),
    },
  ],
}

const bandwidth: State<typeof sessionBandwidth> = { bits_per_second: 7_340_032n, latency: 48_000n, low_bandwidth: true }

const reported: State<typeof clientSurfaces> = {
  surfaces: [
    { id: 0, format: "xrgb32", width: 1024, height: 768, flags: { primary: true, streaming: false } },
    { id: 7, format: "argb32", width: 64, height: 64, flags: { primary: false, streaming: false } },
  ],
}

interface DraftExample {
  readonly layout: Layout
  readonly state: unknown
}

/** Every draft with a state as a server could have it, made up: no server writes one. */
export const draftExamples: readonly DraftExample[] = [
  { layout: lossyRegion, state: lossy },
  { layout: surfaces, state: offScreen },
  { layout: bitmapCache, state: cache },
  { layout: streams, state: playing },
  { layout: sessionBandwidth, state: bandwidth },
  { layout: clientSurfaces, state: reported },
]
