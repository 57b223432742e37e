import { render } from "preact"
import type { GivenBlob } from "../../src/cli/explorer-page.js"
import { blobOfGiven, blobOfSample } from "./blob.js"
import { dataOf } from "./data.js"
import { Explorer } from "./explorer.js"
import type { Samples } from "./sample.js"

const samples = dataOf<Samples>("samples") ?? { target: "", samples: [] }
const given = dataOf<GivenBlob>("given")
/** What is shown where no file was given: a byte too much, and QEMU crashes. */
const shown = samples.samples.find(({ rule }) => rule === "main/chunk-header-size")
const first =
  given !== undefined
    ? blobOfGiven(given)
    : shown !== undefined
      ? blobOfSample(shown)
      : blobOfGiven({ name: "blob", settings: {}, base64: "" })
render(<Explorer first={first} samples={samples} />, document.body)
