import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import {
  type Checked,
  type MigrateCommand,
  migrateCodec,
  migrateIncomingCodec,
  migrationChannelCodec,
  parseMigrateArguments,
  parseMigrateUri,
  type QemuVersion,
  qemuVersions,
} from "../../src/qemu/index.js"

/** What each version of QEMU has, for both commands, through the codecs and through the reader of texts. */

const uri = "tcp:10.0.0.9:49152"
const addr = { transport: "socket", type: "unix", path: "/run/vm.sock" }
const main = { "channel-type": "main", addr }
const cpr = { "channel-type": "cpr", addr }
const data = { "channel-type": "data", addr, "multifd-count": 4 }
const postCopy = { "channel-type": "post-copy", addr }

const verdict = (checked: Checked<unknown>): string =>
  E.isRight(checked)
    ? "accept"
    : checked.left.map(({ code, rule, path }) => `${code} ${rule} ${path}`.trim()).join(", ")

const verdicts = (input: object, command: MigrateCommand, version: QemuVersion, draft: boolean): readonly string[] => {
  const codec = command === "migrate" ? migrateCodec : migrateIncomingCodec
  return [
    verdict(codec({ version, draft }).decode(input) as Checked<unknown>),
    verdict(parseMigrateArguments(JSON.stringify(input), { command, version, draft })),
  ]
}

type Expected = readonly [v72: string, v82: string, v91: string, v100: string]

const all: Expected = ["accept", "accept", "accept", "accept"]
const other = (path: string) => `unknown-member qemu/other-version ${path}`
const unknown = (path: string) => `unknown-member shape/unknown-member ${path}`
const noChannels = other("channels")
const noCpr = "not-in-enum qemu/cpr-version channels[1].channel-type"

const table: [name: string, command: MigrateCommand, input: object, expected: Expected, draft?: boolean][] = [
  ["uri", "migrate", { uri }, all],
  ["uri", "migrate-incoming", { uri }, all],
  ["detach", "migrate", { uri, detach: true }, all],
  ["resume", "migrate", { uri, resume: true }, all],
  [
    "resume",
    "migrate-incoming",
    { uri, resume: true },
    [unknown("resume"), unknown("resume"), unknown("resume"), unknown("resume")],
  ],
  ["blk", "migrate", { uri, blk: true }, ["accept", "accept", other("blk"), other("blk")]],
  ["inc", "migrate", { uri, inc: true }, ["accept", "accept", other("inc"), other("inc")]],
  ["channels", "migrate", { channels: [main] }, [noChannels, "accept", "accept", "accept"]],
  ["channels", "migrate-incoming", { channels: [main] }, [noChannels, "accept", "accept", "accept"]],
  [
    "both",
    "migrate",
    { uri, channels: [main] },
    [
      noChannels,
      "inconsistent qemu/uri-or-channels",
      "inconsistent qemu/uri-or-channels",
      "inconsistent qemu/uri-or-channels",
    ],
  ],
  [
    "neither",
    "migrate",
    {},
    [
      "inconsistent qemu/uri-or-channels",
      "inconsistent qemu/uri-or-channels",
      "inconsistent qemu/uri-or-channels",
      "inconsistent qemu/uri-or-channels",
    ],
  ],
  [
    "exit-on-error",
    "migrate-incoming",
    { uri, "exit-on-error": true },
    [other("exit-on-error"), other("exit-on-error"), "accept", "accept"],
  ],
  ["a cpr channel", "migrate", { channels: [main, cpr] }, [noChannels, noCpr, noCpr, "accept"]],
  ["a file: uri", "migrate", { uri: "file:/vm" }, ["not-in-enum qemu/uri-scheme uri", "accept", "accept", "accept"]],
  [
    "a file: uri",
    "migrate-incoming",
    { uri: "file:/vm" },
    ["not-in-enum qemu/uri-scheme uri", "accept", "accept", "accept"],
  ],
  [
    "a data channel",
    "migrate",
    { channels: [main, data] },
    [
      noChannels,
      "not-in-enum qemu/draft-channel channels[1].channel-type",
      "not-in-enum qemu/draft-channel channels[1].channel-type",
      "not-in-enum qemu/draft-channel channels[1].channel-type",
    ],
  ],
  ["a draft's data channel", "migrate", { channels: [main, data] }, [noChannels, "accept", "accept", "accept"], true],
  [
    "a draft's post-copy channel",
    "migrate",
    { channels: [main, postCopy] },
    [noChannels, "accept", "accept", "accept"],
    true,
  ],
  [
    "a draft's data channel",
    "migrate-incoming",
    { channels: [main, data] },
    [noChannels, "accept", "accept", "accept"],
    true,
  ],
  [
    "a draft's data channels, several",
    "migrate",
    { channels: [main, data, data] },
    [noChannels, "accept", "accept", "accept"],
    true,
  ],
  ["a draft and a cpr channel", "migrate", { channels: [main, cpr] }, [noChannels, noCpr, noCpr, "accept"], true],
]

describe.each(qemuVersions.map((version, index) => ({ version, index })))("QEMU $version", ({ version, index }) => {
  test.each(table)("and %s of %s", (_, command, input, expected, draft = false) => {
    expect(verdicts(input, command, version, draft)).toEqual([expected[index], expected[index]])
  })
})

describe("a version", () => {
  test("is one of four, in their order", () => expect(qemuVersions).toEqual(["7.2", "8.2", "9.1", "10.0"]))

  test("is the newest where none is given, and not a draft", () => {
    expect(migrateCodec().is({ channels: [main, cpr] })).toBe(true)
    expect(migrateCodec().is({ uri, blk: true })).toBe(false)
    expect(migrateCodec().is({ channels: [main, data] })).toBe(false)
    expect(verdict(parseMigrateArguments(JSON.stringify({ channels: [main, cpr] })))).toBe("accept")
  })

  test("says which versions have a member", () => {
    const expected = (input: object, version: QemuVersion) => {
      const checked = parseMigrateArguments(JSON.stringify(input), { version })
      return E.isLeft(checked) ? checked.left[0].expected : undefined
    }
    expect(expected({ uri, blk: true }, "10.0")).toBe("before 9.1")
    expect(expected({ channels: [main] }, "7.2")).toBe("8.2 and later")
  })

  test("does not tell of versions what only the other command has", () => {
    const messages = qemuVersions.flatMap((version) =>
      verdicts({ uri, "exit-on-error": true }, "migrate", version, false).concat(
        verdicts({ uri, blk: true }, "migrate-incoming", version, false),
      ),
    )
    for (const message of messages) expect(message).toMatch(/^unknown-member shape\/unknown-member /)
  })

  test("decides about a channel and a uri of their own", () => {
    expect(migrationChannelCodec({ version: "9.1" }).is(cpr)).toBe(false)
    expect(migrationChannelCodec({ version: "10.0" }).is(cpr)).toBe(true)
    expect(verdict(parseMigrateUri("file:/vm", { version: "7.2" }))).toBe("not-in-enum qemu/uri-scheme")
    expect(verdict(parseMigrateUri("file:/vm", { version: "8.2" }))).toBe("accept")
  })
})
