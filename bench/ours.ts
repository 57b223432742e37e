import * as E from "fp-ts/lib/Either.js"
import type { ReceiverState } from "../src/index.js"
import { checkMigrateData, decodeMigrateData, displayCodec, surfacesOf } from "../src/index.js"
import { checkDisplay, decodeDisplay } from "../src/spice/emitted/display.js"
import { Violation } from "../src/violation/violation.js"
import { type Contender, contender } from "./contender.js"
import { surfaceRow } from "./hand-written.js"

const decodeMigrateDataColumns = contender({
  name: "ours: decodeMigrateData",
  checks: "all",
  surfaces: "columns",
  prepare: (receiver) => (bytes) => decodeMigrateData("display", bytes, receiver),
  rows: (decoded) => (E.isRight(decoded) ? [...surfacesOf(decoded.right)].map(surfaceRow) : undefined),
})

const codecColumns = contender({
  name: "ours: displayCodec(receiver).decode",
  checks: "all",
  surfaces: "columns",
  prepare: (receiver) => displayCodec(receiver).decode,
  rows: (decoded) => (E.isRight(decoded) ? [...surfacesOf(decoded.right)].map(surfaceRow) : undefined),
})

const decodeMigrateDataObjects = contender({
  name: "ours: decodeMigrateData, then surfacesOf",
  checks: "all",
  surfaces: "objects",
  prepare: (receiver) => (bytes) => {
    const decoded = decodeMigrateData("display", bytes, receiver)
    return E.isLeft(decoded) ? undefined : { ...decoded.right, surfaces: [...surfacesOf(decoded.right)] }
  },
  rows: (decoded) => decoded?.surfaces.map(surfaceRow),
})

/** The decoder that is emitted from the declaration, without the check of a caller's arguments. */
export const emitted = contender({
  name: "ours: the emitted decoder",
  checks: "all",
  surfaces: "columns",
  prepare: (receiver) => (bytes) => decodeDisplay(bytes, receiver, "display"),
  rows: (decoded) => (decoded instanceof Violation ? undefined : [...surfacesOf(decoded)].map(surfaceRow)),
})

const verdict = (name: string, judge: (bytes: Uint8Array, receiver: ReceiverState) => Violation | undefined) =>
  contender({
    name,
    checks: "all",
    surfaces: "nothing",
    prepare: (receiver) => (bytes) => judge(bytes, receiver),
    rows: (violation) => (violation === undefined ? [] : undefined),
  })

/** What only judges. */
export const emittedCheck = verdict("ours: the emitted check", (bytes, receiver) =>
  checkDisplay(bytes, receiver, "display"),
)
const checkMigrateDataVerdict = verdict("ours: checkMigrateData", (bytes, receiver) =>
  checkMigrateData("display", bytes, receiver),
)

/** What is compared with peers and refusals stands first. */
export const ours: readonly [Contender, ...Contender[]] = [
  decodeMigrateDataColumns,
  emitted,
  codecColumns,
  decodeMigrateDataObjects,
  checkMigrateDataVerdict,
  emittedCheck,
]
