import { linkSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { readConfiguration } from "../../../src/relay/config/settings.js"
import { temporaryFolder } from "../../cli/harness.js"
import { right } from "../harness.js"

const listeners = (...all: readonly object[]) => ({
  listeners: all.map((each, index) => ({ listen: `tcp://127.0.0.1:${5900 + index}`, ...each })),
})

/** The names by which listeners share the state of sessions. */
const targetNames = (...all: readonly object[]): readonly string[] =>
  right(readConfiguration(listeners(...all))).settings.map(({ targetName }) => targetName)

const reasons = (configuration: unknown): readonly string[] => {
  const read = readConfiguration(configuration)
  return E.isLeft(read) ? read.left.map(({ reason }) => reason) : []
}

/** A socket's path, a symbolic link to it and a hard one. */
const socketPaths = () => {
  const folder = temporaryFolder()
  const paths = { real: join(folder, "vm"), symbolic: join(folder, "symbolic"), hard: join(folder, "hard") }
  writeFileSync(paths.real, "")
  symlinkSync("vm", paths.symbolic)
  linkSync(paths.real, paths.hard)
  return paths
}

describe("listeners share the state of", () => {
  test("a socket that links lead to", () => {
    const { real, symbolic, hard } = socketPaths()
    const names = targetNames(
      { target: `unix://${real}` },
      { target: `unix://${symbolic}` },
      { target: `unix://${hard}` },
    )
    expect(new Set(names).size).toBe(1)
  })

  test("a port with TLS and without", () =>
    expect(targetNames({ target: "tcp://127.0.0.1:1" }, { target: "tls://localhost:1" })).toEqual([
      "tcp://localhost:1",
      "tcp://localhost:1",
    ]))

  test("two ports that are said to be one server, and of whoever else leads to one of them", () =>
    expect(
      targetNames(
        { target: "tcp://127.0.0.1:1", server: "vm" },
        { target: "tls://127.0.0.1:2", server: "vm" },
        { target: "tcp://localhost:2" },
        { target: "tcp://localhost:3" },
      ),
    ).toEqual(["server:vm", "server:vm", "server:vm", "tcp://localhost:3"]))
})

describe("a configuration is refused, for what this machine is,", () => {
  test("with two modes for one socket", () => {
    const { real, symbolic, hard } = socketPaths()
    for (const other of [symbolic, hard])
      expect(reasons(listeners({ target: `unix://${real}` }, { target: `unix://${other}`, mode: "monitor" }))).toEqual([
        expect.stringContaining("must have the same mode"),
      ])
  })

  test("with a target that is a link to where it listens", () => {
    const { real, symbolic } = socketPaths()
    expect(reasons(listeners({ listen: `unix://${real}`, target: `unix://${symbolic}` }))).toEqual([
      expect.stringContaining("must not be where this relay listens"),
    ])
  })
})
