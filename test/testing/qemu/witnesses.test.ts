import { describe, expect, test } from "vitest"
import { qemuChecks } from "../../../src/qemu/catalog.js"
import { type CommandOptions, parseMigrateArguments } from "../../../src/qemu/index.js"
import { type ArgumentsWitness, argumentsWitnessesOf } from "../../../src/testing/index.js"

/** Contexts that between them have every check: of the draft and without it, to connect and to listen, and an older QEMU. */
const contexts: readonly CommandOptions[] = [
  { draft: true },
  { command: "migrate-incoming", draft: true },
  { version: "9.1" },
  { version: "9.1", command: "migrate-incoming" },
]

const witnesses: readonly ArgumentsWitness[] = contexts.flatMap(argumentsWitnessesOf)

/** Rules of other commands than migrate and migrate-incoming, and of policies and whole QMP commands. */
const ofOthers =
  /^(?:policy|qmp)\/|^qemu\/(?:incoming|spice|cert|nbd|empty|fdset|fd-unnamed|parameter|power|identifier|node-name|alias|capabilit|transport|cpr-c|dump)/

/** The checks that no text can fail alone. */
const without = {
  "json/input": "it is of what is neither a string nor bytes",
  "shape/data": "it is of getters and proxies, and of a text there are none",
  "qemu/uri-inexpressible": "it is of an address that is to be written as a URI",
}

describe("witnesses of arguments", () => {
  test("there are of every check but those that no text can fail", () => {
    const ids = qemuChecks.map(({ id }) => id).filter((id) => !ofOthers.test(id))
    const broken = new Set(witnesses.map(({ rule }) => rule))
    expect(ids.filter((id) => !broken.has(id))).toEqual(Object.keys(without))
    expect([...broken].filter((id) => !ids.includes(id))).toEqual([])
  })

  test("break what they are said to break and nothing else, where they are said to", () => {
    for (const { rule, path, options, bytes } of witnesses) {
      const parsed = parseMigrateArguments(bytes, options)
      const said = parsed._tag === "Left" ? parsed.left : []
      expect(new Set(said.map((violation) => violation.rule))).toEqual(new Set([rule]))
      expect(said[0]?.path.replace(/\[\d+\]/g, "[]")).toBe(path)
    }
  })

  test("there is one of each check and member for a context", () => {
    for (const context of contexts) {
      const keys = witnesses
        .filter(
          ({ options }) =>
            options.version === (context.version ?? "11.1") && options.command === (context.command ?? "migrate"),
        )
        .map(({ rule, path }) => `${rule} ${path}`)
      expect(new Set(keys).size).toBe(keys.length)
      expect(keys.length).toBeGreaterThan(250)
    }
  })

  test("are short, but for those that are too long", () => {
    const long = witnesses.filter(({ bytes }) => bytes.length > 500).map(({ rule }) => rule)
    expect(new Set(long)).toEqual(
      new Set(["json/max-bytes", "json/max-members", "shape/list-length", "qemu/filename-length"]),
    )
  })

  test("are the same in every run", () => {
    expect(argumentsWitnessesOf({ version: "7.2" })).toEqual(argumentsWitnessesOf({ version: "7.2" }))
  })

  test("break something at every member of an address", () => {
    const paths = new Set(witnesses.map(({ path }) => path))
    const members = [
      "host",
      "port",
      "to",
      "numeric",
      "ipv4",
      "ipv6",
      "keep-alive",
      "mptcp",
      "path",
      "abstract",
      "tight",
    ]
    for (const name of [...members, "cid", "str", "args", "args[]", "filename", "offset", "transport", "type"])
      expect(paths).toContain(`channels[].addr.${name}`)
  })
})
