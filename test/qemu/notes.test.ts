import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { migrateCodec, type NoteOptions, notesOf } from "../../src/qemu/index.js"

const uri = "tcp:10.0.0.9:49152"
const channels = (addr: object) => ({ channels: [{ "channel-type": "main", addr }] })

describe("there is a note", () => {
  test.each<readonly [object, NoteOptions, readonly [path: string, message: RegExp][]]>([
    [{ uri, detach: true }, { version: "10.0" }, [["detach", /ignores detach.*invalid in QMP/]]],
    [{ uri, detach: false }, { version: "10.1" }, [["detach", /deprecated: QEMU 11\.0 and later refuse it/]]],
    [{ uri: "exec:nc 10.0.0.9 49152" }, {}, [["uri", /\["\/bin\/sh", "-c", COMMAND\]/]]],
    [{ uri: "unix:/tmp/mig.sock,server=on,wait=off" }, {}, [["uri", /the path of a file, commas and @ included/]]],
    [{ uri: "unix:@vm" }, {}, [["uri", /commas and @ included/]]],
    [{ uri: "fd:migrate" }, { version: "9.1" }, [["uri", /deprecated: QEMU 11\.0 and later refuse it/]]],
    [{ uri: "fd:migrate" }, { version: "11.0" }, [["uri", /refuses a descriptor of a plain file/]]],
    [
      channels({ transport: "socket", type: "fd", str: "migrate" }),
      { version: "11.1" },
      [["channels[0].addr", /plain file/]],
    ],
    [{ uri: "file:/vm" }, { version: "10.2" }, [["uri", /runs the program of cpr-exec-command/]]],
    [
      channels({ transport: "file", filename: "/vm", offset: 0 }),
      {},
      [["channels[0].addr", /check migrate-set-parameters as well/]],
    ],
    [
      { uri: "exec:true", detach: true },
      { version: "8.2" },
      [
        ["detach", /ignores detach/],
        ["uri", /exec:/],
      ],
    ],
  ])("of %j for %j", (input, options, expected) => {
    const notes = notesOf(input, options)
    expect(notes.map(({ path }) => path)).toEqual(expected.map(([path]) => path))
    for (const [index, [, message]] of expected.entries()) expect(notes[index]?.message).toMatch(message)
  })
})

describe("there is no note", () => {
  test.each<[unknown, NoteOptions?]>([
    [{ uri }],
    [{ uri, resume: true }],
    [{ uri: "unix:exec:" }],
    [channels({ transport: "exec", args: ["/bin/true"] })],
    [{}],
    [null],
    ["exec:true"],
    [{ uri: 5, channels: 5 }],
    [{ channels: [null, { addr: 5 }] }],
    [{ uri, detach: true }, { version: "11.0" }],
    [{ detach: true }, { command: "dump-guest-memory" }],
    [{ uri: "fd:migrate" }, { version: "8.2" }],
    [{ uri: "file:/vm" }, { version: "10.1" }],
    [{ uri: "file:/vm" }, { command: "migrate-incoming" }],
    [{ uri: "file:/vm" }, { policy: { exec: { programs: ["/usr/bin/qemu"] } } }],
  ])("on %j for %j", (input, options) => expect(notesOf(input, options)).toEqual([]))

  test("on a detach that was undefined", () => {
    const decoded = migrateCodec({ version: "10.0" }).decode({ uri, detach: undefined })
    expect(E.isRight(decoded) && notesOf(decoded.right, { version: "10.0" })).toEqual([])
  })

  test("on a detach that is not the arguments' own", () => {
    try {
      Object.assign(Object.prototype, { detach: true })
      expect(notesOf({ uri }, { version: "10.0" })).toEqual([])
    } finally {
      Reflect.deleteProperty(Object.prototype, "detach")
    }
  })
})

test("a note shows nothing of the command", () => {
  expect(JSON.stringify(notesOf({ uri: "exec:cat /etc/shadow", detach: true }))).not.toContain("shadow")
})
