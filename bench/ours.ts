import * as E from "fp-ts/lib/Either.js"
import { decodeMigrateData, displayCodec, surfacesOf } from "../src/index.js"
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

/** The one that the targets are about stands first. */
export const ours: readonly [Contender, ...Contender[]] = [
  decodeMigrateDataColumns,
  codecColumns,
  decodeMigrateDataObjects,
]
