import { isIdentity } from "./properties.js"
import { blobTarget } from "./targets.js"

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = blobTarget(
  ["src/spice/emitted/", "src/layout/encode."],
  isIdentity,
)
