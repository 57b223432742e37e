import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { readNewer } from "../accepted/newer.js"
import { readOthers } from "../accepted/others.js"
import { readAccepted } from "../accepted/results.js"
import { render } from "./render.js"
import { readResults } from "./results.js"

/** docs/exposure.md as the results have it. */
export const exposureDocument = (): string => render(readResults(), readAccepted(), readOthers(), readNewer())

export const writeExposureDocument = (): void =>
  writeFileSync(fileURLToPath(new URL("../../docs/exposure.md", import.meta.url)), exposureDocument())
