import { afterAll, describe, expect, test } from "vitest"
import { type Capture, captureOf, faultsOf, keepCaptures } from "./captures.js"
import { hop, sessionOn, startPair, startRefusingPair } from "./hop.js"
import { type HostOptions, withHosts } from "./host.js"
import { obstacles } from "./obstacles.js"
import { runScenario, type Scenario } from "./scenario.js"
import { fatalScenarios, sample, scenarios, surfaceScenarios } from "./scenarios/index.js"
import { spicyHop } from "./spicy.js"
import { surfacesBlob } from "./surfaces.js"
import { versionsOf } from "./versions.js"

/**
 * LAB=full runs every scenario; UPDATE_CORPUS=1 writes what they yield into the corpus as well; LINKED names a
 * spice-server that checks migration data itself.
 */
const { LAB, LINKED, UPDATE_CORPUS } = process.env
const isFull = LAB === "full"

const why = obstacles()
for (const [what, obstacle] of Object.entries(why))
  if (obstacle !== undefined) process.stderr.write(`lab: migrations of ${what} are skipped, ${obstacle}\n`)

const captures: Capture[] = []

/** Holds the blobs of a migration against the decoders; those worth it are kept for the corpus. */
const expectGenuine = (found: readonly Capture[]): void => {
  for (const capture of found) expect(faultsOf(capture), `${capture.file}, ${capture.source}`).toEqual([])
}

const chosen = scenarios.filter(({ name }) => isFull || sample.has(name))

/** A server that checks by itself takes from no client what only a device can confirm. */
const passing = LINKED === undefined ? chosen : chosen.filter(({ accept }) => accept === undefined)

const channelsWithData = ["display", "inputs", "main", "port", "smartcard", "usbredir", "webdav"]

const run = async (scenario: Scenario): Promise<void> => {
  const all = await migrated(scenario)
  const { keep } = scenario
  captures.push(...all.filter(({ key }) => keep.some((kept) => kept === key)).map(({ capture }) => capture))
}

/** What a migration relays, each blob by its channel. */
const migrated = async (scenario: Scenario, how: Pick<HostOptions, "relay"> = {}) => {
  const { name, says, machine, keep, accept } = scenario
  const { blobs, completed, seamless, complaints, versions, lost } = await runScenario(scenario, how)
  expect({ seamless, completed, complaints, lost }).toEqual({
    seamless: true,
    completed: true,
    complaints: "",
    lost: [],
  })
  expect([...new Set(blobs.map(({ channel }) => channel))].sort()).toEqual(channelsWithData)
  const source = `relayed by the lab's client between two ${versions}, machine pc under TCG: ${says}`
  const all = blobs.map(({ channel, id, bytes }) => {
    const isFirst = keep[0] === `${channel}/${id}`
    const suffix = isFirst ? "" : `-${channel}${id === 0 ? "" : `-${id}`}`
    return {
      key: `${channel}/${id}`,
      capture: captureOf(
        { name: `${name}${suffix}`, source, machine, isSealed: isFirst && accept !== undefined },
        channel,
        bytes,
      ),
    }
  })
  expectGenuine(all.map(({ capture }) => capture))
  return all
}

const ways = [
  { how: "as it is", options: {} },
  { how: "through the relay", options: { relay: {} } },
]

describe.skipIf(why.qemu !== undefined)("a seamless migration with the lab's client", () => {
  test.each(passing)("$name: $says", run)

  test.each(passing)("passes the relay: $says", async (scenario) => {
    const { accept } = scenario
    const relay = accept === undefined ? {} : { receiver: { accept: [accept] } }
    expect(await migrated(scenario, { relay })).not.toEqual([])
  })

  test.each(chosen.filter(({ accept }) => accept !== undefined))(
    "loses the channel behind a relay that nobody told to accept it, and no other: $says",
    async (scenario) => {
      const { seamless, completed, lost } = await runScenario(scenario, { relay: {} })
      expect({ seamless, completed, lost }).toEqual({ seamless: true, completed: true, lost: scenario.keep })
    },
  )

  test.each(isFull ? fatalScenarios : [])("the source ends: $says", async (scenario) => {
    await expect(runScenario(scenario)).rejects.toThrow(scenario.dies)
  })

  test.each(ways)("relays no data $how where the target refuses to take part", async ({ options }) => {
    await withHosts(async (start) => {
      const [source, target] = await startRefusingPair(start, { machine: {}, ...options })
      const { seamless, blobs, completed } = await hop(source, target, await sessionOn(source))
      expect({ seamless, blobs, completed }).toEqual({ seamless: false, blobs: [], completed: true })
    })
  })
})

describe.skipIf(why.spicy !== undefined)("a migration with spicy", () => {
  const channelsOfSpicy = 8

  test.each(ways)("is seamless $how, and every blob of it is genuine", async ({ options }) => {
    await withHosts(async (start) => {
      const [source, target] = await startPair(start, { machine: { guest: true }, ...options })
      const versions = await versionsOf(source)
      const { kind, blobs, completed, channels } = await spicyHop(source, target, channelsOfSpicy, () =>
        source.inGuest("exec 3<>/dev/vport0p2"),
      )
      expect({ kind, completed, channels }).toEqual({ kind: "seamless", completed: true, channels: [8, 8] })
      expect([...new Set(blobs.map(({ channel }) => channel))].sort()).toEqual(channelsWithData)
      const source_ = `relayed by spice-gtk (spicy) between two ${versions}, machine pc under TCG: agent connected`
      const found = blobs.map(({ channel, bytes }) =>
        captureOf({ name: `spicy-${channel}`, source: source_, machine: {} }, channel, bytes),
      )
      expectGenuine(found)
      if (!("relay" in options)) captures.push(...found)
    })
  })

  test.each(ways)("relays no data $how where the target refuses to take part", async ({ options }) => {
    await withHosts(async (start) => {
      const [source, target] = await startRefusingPair(start, { machine: {}, ...options })
      const { kind, blobs, completed } = await spicyHop(source, target, channelsOfSpicy)
      expect({ kind, blobs, completed }).toEqual({ kind: "semi-seamless", blobs: [], completed: true })
    })
  })
})

describe.skipIf(why.surfaces !== undefined)("a display of many surfaces", () => {
  test.each(surfaceScenarios)("$surfaces surfaces, $photos drawn on, $jpegWanCompression", async (surfaces) => {
    const { surfaces: count, photos, jpegWanCompression } = surfaces
    const blob = await surfacesBlob(surfaces)
    expect(blob.readUInt32LE(80)).toBe(count)
    const name = `display-surfaces-${count}-${jpegWanCompression}`
    const source = `relayed by the lab's client between two of lab/surfaces/server.c on spice-server 0.15.1: ${count} surfaces, a photograph on ${photos} of them, jpeg-wan-compression ${jpegWanCompression}`
    const capture = captureOf({ name, source, machine: { jpegWanCompression } }, "display", blob)
    expectGenuine([capture])
    captures.push(capture)
  })
})

afterAll(() => {
  if (UPDATE_CORPUS === "1") keepCaptures(captures)
})
