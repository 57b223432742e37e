import { describe, expect, test } from "vitest"
import { membersOf } from "../../../src/data/reflect.js"
import { migrate, migrateIncoming } from "../../../src/qemu/arguments.js"
import { migrateCodec, migrateIncomingCodec } from "../../../src/qemu/index.js"
import { leastArguments } from "../../../src/testing/qemu/minimal.js"
import { vocabulary } from "../../../src/testing/qemu/vocabulary.js"
import { contexts, shown, written } from "./contexts.js"

describe.each(contexts.map((context) => ({ name: shown(context), context })))("the least for $name", ({ context }) => {
  const { command, version, draft } = context
  const least = leastArguments(context)

  test("are valid, short, and each another one", () => {
    const codec = command === "migrate" ? migrateCodec(context) : migrateIncomingCodec(context)
    expect(least.filter((each) => !codec.is(each)).map(written)).toEqual([])
    expect(Math.max(...least.map((each) => written(each).length))).toBeLessThan(230)
    expect(new Set(least.map(written)).size).toBe(least.length)
  })

  test("have every member that is declared for a command, and every type of channel", () => {
    const type = command === "migrate" ? migrate(context) : migrateIncoming(context)
    expect(new Set(least.flatMap(Object.keys))).toEqual(new Set(membersOf(type).map(({ name }) => name)))
    const text = least.map(written).join()
    const hasSeveral = command === "migrate" && version !== "7.2"
    expect(text.includes('"cpr"')).toBe(hasSeveral && version === "10.0")
    expect(text.includes('"post-copy"')).toBe(draft && version !== "7.2")
  })
})

describe("the vocabulary of the declarations", () => {
  const { members, kinds, schemes } = vocabulary()

  test("has all members and kinds", () => {
    expect([...members.keys()].sort()).toEqual(
      [
        ...[
          "abstract",
          "addr",
          "args",
          "blk",
          "channel-type",
          "channels",
          "cid",
          "detach",
          "exit-on-error",
          "filename",
        ],
        ...["host", "inc", "ipv4", "ipv6", "keep-alive", "mptcp", "multifd-count", "numeric", "offset", "path", "port"],
        ...["resume", "str", "tight", "to", "transport", "type", "uri"],
      ].sort(),
    )
    expect([...kinds]).toEqual([
      ["channel-type", ["main", "cpr", "data", "post-copy"]],
      ["transport", ["socket", "exec", "rdma", "file"]],
      ["type", ["inet", "unix", "vsock", "fd"]],
    ])
  })

  test("has all schemes", () => {
    expect([...schemes].sort()).toEqual(["exec", "fd", "file", "rdma", "tcp", "unix", "vsock"])
  })
})
