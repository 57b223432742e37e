import { rawTarget } from "./targets.js"

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = rawTarget("display")
