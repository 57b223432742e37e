import { isReported } from "./reports.js"
import { blobTarget } from "./targets.js"

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = blobTarget(["src/report/"], isReported)
