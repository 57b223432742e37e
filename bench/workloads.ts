import { readFileSync } from "node:fs"
import { defaultReceiver, type ReceiverState } from "../src/index.js"

/** A blob that is decoded over and over, and who receives it. */
export interface Workload {
  readonly name: string
  readonly bytes: Uint8Array
  readonly receiver: ReceiverState
}

const genuine = new Uint8Array(readFileSync("corpus/display/genuine/display-base.bin"))

/** Every surface list here carries regions. */
const lossyReceiver: ReceiverState = { ...defaultReceiver, jpegWanCompression: "always" }

const fixedSize = 80
const entrySize = 20

/** The genuine blob with a list of `count` surfaces of its own; the region of every fourth of them is empty. */
export const withSurfaces = (count: number): Uint8Array => {
  const bytes = new Uint8Array(fixedSize + 4 + count * entrySize)
  bytes.set(genuine.subarray(0, fixedSize))
  const view = new DataView(bytes.buffer)
  view.setUint32(fixedSize, count, true)
  for (let id = 0; id < count; id++) {
    const [left, top] = [id % 61, id % 47]
    const [width, height] = id % 4 === 0 ? [0, 0] : [1 + (id % 640), 1 + (id % 480)]
    const at = fixedSize + 4 + id * entrySize
    view.setUint32(at, id, true)
    for (const [index, edge] of [left, top, left + width, top + height].entries())
      view.setInt32(at + 4 + index * 4, edge, true)
  }
  return bytes
}

const large = withSurfaces(10_000)

export const workloads = {
  small: { name: "genuine, 1 surface", bytes: genuine, receiver: lossyReceiver },
  medium: { name: "1,024 surfaces", bytes: withSurfaces(1024), receiver: lossyReceiver },
  large: {
    name: "10,000 surfaces",
    bytes: large,
    receiver: {
      ...lossyReceiver,
      surfaceTableSize: 10_000,
      maxBlobBytes: { ...defaultReceiver.maxBlobBytes, display: large.length },
    },
  },
} as const satisfies Record<string, Workload>

/** A copy of the workload whose blob `spoil` has made hostile. */
export const spoiled = ({ name, bytes, receiver }: Workload, spoil: (view: DataView) => void): Workload => {
  const copy = bytes.slice()
  spoil(new DataView(copy.buffer))
  return { name, bytes: copy, receiver }
}
