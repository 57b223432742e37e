import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { rightSetting } from "../../src/spice/jpeg-setting.js"
import { defaultReceiver, differencesOf, type ReceiverState } from "../../src/spice/receiver.js"

test.each<[string, ReceiverState, object]>([
  ["nothing", defaultReceiver, {}],
  ["nothing, though it is a copy", { ...defaultReceiver, maxBlobBytes: { ...defaultReceiver.maxBlobBytes } }, {}],
  ["one word", { ...defaultReceiver, jpegWanCompression: "never" }, { jpegWanCompression: "never" }],
])("what differs from the default receiver: %s", (_, receiver, differences) => {
  expect(differencesOf(receiver)).toEqual(differences)
})

describe("the setting of jpeg-wan-compression that a blob needs", () => {
  const genuine = (name: string) => readFileSync(join(root, "corpus/display/genuine", `${name}.bin`))

  test.each([
    ["display-jpeg-always", "always"],
    ["display-jpeg-never", "never"],
  ] as const)("%s: %s", (name, setting) => {
    expect(rightSetting(genuine(name), defaultReceiver)).toBe(setting)
  })

  test("is none for what is no blob, nor for one that another limit refuses", () => {
    expect(rightSetting(new Uint8Array(9), defaultReceiver)).toBe(undefined)
    const maxBlobBytes = { ...defaultReceiver.maxBlobBytes, display: 1 }
    expect(rightSetting(genuine("display-jpeg-never"), { ...defaultReceiver, maxBlobBytes })).toBe(undefined)
  })
})
