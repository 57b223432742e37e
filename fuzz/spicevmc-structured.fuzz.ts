import { structuredTarget } from "./targets.js"

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = structuredTarget("spicevmc")
