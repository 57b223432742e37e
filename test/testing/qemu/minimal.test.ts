import { describe, expect, test } from "vitest"
import { declaredMembers } from "../../../src/data/reflect.js"
import { argumentsType } from "../../../src/qemu/entries.js"
import { isIn, members as membersByVersion, names } from "../../../src/qemu/versions.js"
import { policyAllowing } from "../../../src/testing/index.js"
import { leastArguments } from "../../../src/testing/qemu/minimal.js"
import { vocabulary } from "../../../src/testing/qemu/vocabulary.js"
import { codecOf, contexts, shown, written } from "./contexts.js"

describe.each(contexts.map((context) => ({ name: shown(context), context })))("the least for $name", ({ context }) => {
  const { command, version, draft } = context
  const least = leastArguments(context)

  test("are valid, short, and each another one", () => {
    const isValid = (each: (typeof least)[number]) =>
      codecOf(command, { ...context, policy: policyAllowing(each, context) }).is(each)
    expect(least.filter((each) => !isValid(each)).map(written)).toEqual([])
    expect(Math.max(...least.map((each) => written(each).length))).toBeLessThan(260)
    expect(new Set(least.map(written)).size).toBe(least.length)
  })

  test("have every member that is declared for a command, and every type of channel", () => {
    const declared = declaredMembers(argumentsType(context)).map(({ name }) => name)
    expect(new Set(least.flatMap((each) => Object.keys(each)))).toEqual(new Set(declared))
    const text = least.map(written).join()
    const hasCpr = isIn(version, names.MigrationChannelType.cpr)
    expect(text.includes('"cpr"')).toBe(command === "migrate" && hasCpr)
    expect(text.includes('"post-copy"')).toBe(draft && isIn(version, membersByVersion.migrate.channels))
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
        ...[
          "host",
          "inc",
          "ipv4",
          "ipv6",
          "keep-alive",
          "keep-alive-count",
          "keep-alive-idle",
          "keep-alive-interval",
          "mptcp",
          "multifd-count",
          "numeric",
          "offset",
          "path",
          "port",
        ],
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
