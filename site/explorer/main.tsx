import { render } from "preact"
import { blobOfSample } from "./blob.js"
import { givenBlobs, givenSamples } from "./data.js"
import { Explorer } from "./explorer.js"

const samples = givenSamples()
const given = givenBlobs()

/** What is shown where no file was given: a byte too much, and QEMU crashes. */
const instructive = samples.samples.filter(({ rule }) => rule === "main/chunk-header-size")

/** Of several blobs the first one that is refused. */
const [first = { name: "nothing", base64: "" }] = [
  ...given.filter(({ rule }) => rule !== undefined),
  ...given,
  ...instructive,
]

render(<Explorer first={blobOfSample(first)} samples={samples} given={given} />, document.body)
