import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { planOf } from "../../src/layout/plan.js"
import { formats } from "../../src/spice/formats.js"
import { fieldsIn, type ShownField, tshark } from "../support/tshark.js"

const root = new URL("../..", import.meta.url).pathname
const scripts = readdirSync(join(root, "formats"))
  .filter((file) => file.endsWith(".lua"))
  .map((file) => join(root, "formats", file))

const protocols = Object.values(formats).map(({ format }) => `spice_migrate_${format}`)

/** What the scripts show of a capture of the lab: by protocol, the fields of each message. */
const shown = (capture: string): ReadonlyMap<string, readonly (readonly ShownField[])[]> => {
  const filter = protocols.join(" or ")
  const pdml = tshark(join(root, "corpus/captures", capture), scripts, ["-Y", filter, "-T", "pdml"])
  return new Map(protocols.map((protocol) => [protocol, fieldsIn(pdml, protocol).filter(({ length }) => length > 0)]))
}

describe.each([
  ["seamless.pcapng", "short headers"],
  ["hostile.pcap", "long headers"],
])("in %s, with %s", (capture) => {
  const found = shown(capture)

  test.each(Object.entries(formats))("every field of the fixed part of %s is shown by its name", (format, layout) => {
    const messages = found.get(`spice_migrate_${format}`) ?? []
    expect(messages.length).toBeGreaterThan(0)
    const names = planOf(layout).fields.map(({ path }) => path.replace(/\[\d+\]/g, ""))
    for (const message of messages) expect(message.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  })
})

test("what the source sends and what the client relays is the same in a seamless migration, and breaks no rule", () => {
  for (const [protocol, messages] of shown("seamless.pcapng")) {
    expect(
      messages.flat().filter(({ name }) => name === "violation"),
      protocol,
    ).toEqual([])
    const plain = messages.map((message) => JSON.stringify(message))
    for (const message of plain) expect(plain.filter((other) => other === message).length % 2, protocol).toBe(0)
  }
})

test("the message that crashes a target is shown with the rule that it breaks", () => {
  const [violation] = (shown("hostile.pcap").get("spice_migrate_display") ?? [])
    .flat()
    .filter(({ name }) => name === "violation")
  expect(violation?.value).toBe("layout/count-fits")
})
