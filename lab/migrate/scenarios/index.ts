import type { Fatal, Scenario } from "../scenario.js"
import type { Surfaces } from "../surfaces.js"
import { deviceScenarios, fatalDeviceScenarios } from "./devices.js"
import { displayScenarios } from "./displays.js"
import { fatalMainScenarios, mainScenarios } from "./main.js"

/** Every scenario with a QEMU on both sides and this project's client. */
export const scenarios: readonly Scenario[] = [...mainScenarios, ...deviceScenarios, ...displayScenarios]

/** What the source does not survive, for whatever reason: none of it can be in the corpus. */
export const fatalScenarios: readonly Fatal[] = [...fatalMainScenarios, ...fatalDeviceScenarios]

/** Displays of many surfaces: all drawn on, or some; lists with and without lossy rectangles. */
export const surfaceScenarios: readonly Surfaces[] = [
  { surfaces: 2, photos: 2, jpegWanCompression: "always" },
  { surfaces: 100, photos: 100, jpegWanCompression: "always" },
  { surfaces: 1024, photos: 600, jpegWanCompression: "always" },
  { surfaces: 100, photos: 100, jpegWanCompression: "never" },
  { surfaces: 1024, photos: 1024, jpegWanCompression: "never" },
]

/** What CI runs of them: one of each kind. */
export const sample: ReadonlySet<string> = new Set([
  "main-queue-and-partial-header",
  "usbredir-queue-hello",
  "smartcard-queue",
  "display-second-hop",
])
