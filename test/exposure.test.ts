import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { readNewer } from "../lab/accepted/newer.js"
import { readOthers } from "../lab/accepted/others.js"
import { acceptedModes, readAccepted } from "../lab/accepted/results.js"
import { hashOf, nameOf, readBlobs } from "../lab/exposure/cases.js"
import { exposureDocument } from "../lab/exposure/document.js"
import { isHarm } from "../lab/exposure/fate.js"
import { carrying } from "../lab/exposure/orders/order.js"
import { isHarmful, isHarmfulRelayed } from "../lab/exposure/render.js"
import { isGenuine, readResults } from "../lab/exposure/results.js"
import { root } from "../scripts/corpus.js"
import { receiverOfEntry } from "../src/corpus.js"
import { decodeMigrateData } from "../src/index.js"

const results = readResults()
const blobs = readBlobs()
const byName = new Map(results.blobs.map((result) => [result.name, result]))

const isSealed = ({ receiver }: (typeof blobs)[number]) => receiver.provenance === "sealed"

const accepted = blobs.filter(
  (blob) => decodeMigrateData(blob.channel, blob.bytes, receiverOfEntry(blob))._tag === "Right",
)

const genuine = blobs.filter((blob) => isGenuine({ name: nameOf(blob) }))

const namesOf = (them: typeof blobs) => them.map(nameOf)

const harmed = (them: typeof blobs) =>
  namesOf(them).filter((name) => {
    const result = byName.get(name)
    return result !== undefined && isHarmful(result)
  })

describe("a real target", () => {
  test("has met every blob of the corpus, as it is now", () => {
    const known = results.blobs.map(({ name, hash, rule, isSealed = false }) => ({ name, hash, rule, isSealed }))
    expect(known).toEqual(
      blobs.map((blob) => ({
        name: nameOf(blob),
        hash: hashOf(blob.bytes),
        rule: blob.rule,
        isSealed: isSealed(blob),
      })),
    )
  })

  test("survives everything that is accepted from a client, in every mode", () => {
    expect(harmed(accepted.filter((blob) => !isSealed(blob)))).toEqual([])
  })

  test("survives everything that a server has written, and none of that is refused, but for what only its device knows", () => {
    expect(harmed(genuine.filter((blob) => !isSealed(blob)))).toEqual([])
    expect(namesOf(genuine)).toEqual(namesOf(genuine.filter((blob) => accepted.includes(blob))))
    expect(namesOf(genuine.filter(isSealed))).toEqual([
      "smartcard/genuine/smartcard-partial-header",
      "smartcard/genuine/smartcard-partial-message",
      "spicevmc/genuine/usbredir-queue-hello",
      "spicevmc/genuine/usbredir-queue-mebibyte",
    ])
  })

  test("has met blobs of every channel that are accepted from a client, in every mode, and survived all of them", () => {
    const { tallies } = readAccepted()
    expect([...new Set(tallies.map(({ channel }) => channel))]).toEqual([...carrying])
    expect([...new Set(tallies.map(({ mode }) => mode))]).toEqual([...acceptedModes])
    expect(tallies.filter(({ harms }) => harms > 0)).toEqual([])
  })

  test("has met arguments and orders that are accepted, and spice-servers of other versions, and survived all of them", () => {
    const { arguments: sets, orders } = readOthers()
    const all = [sets, orders, ...readNewer().map((each) => each.default)]
    expect(all.map(({ runs, harms }) => ({ isTried: runs > 0, harms }))).toEqual(
      all.map(() => ({ isTried: true, harms: 0 })),
    )
  })

  test("behind the relay, survives every blob, and every order of messages but those that it says", () => {
    expect(results.blobs.filter(isHarmfulRelayed).map(({ name }) => name)).toEqual([])
    expect(results.orders.filter(isHarmfulRelayed).map(({ name }) => name)).toEqual([
      "migrating-display-silent",
      "usbredir-garbage-twice",
    ])
    // Told that no machine is on its way the relay has no monitor to ask whether QEMU waits for a client.
    expect(results.orders.filter(({ fates: { told = "refused" } }) => isHarm(told)).map(({ name }) => name)).toEqual([
      "stall-display-unread",
      "stall-display-unacknowledged",
    ])
  })

  test("dies of many that are refused: the matrix sees what it is for", () => {
    expect(harmed(blobs).length).toBeGreaterThan(100)
  })
})

test("docs/exposure.md is what the results say", () => {
  expect(readFileSync(join(root, "docs/exposure.md"), "utf8")).toBe(exposureDocument())
})
