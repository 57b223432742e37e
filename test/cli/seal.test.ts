import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import { ca, host, issueHost } from "../seal/hosts.js"
import { captureOf, place, runCli, temporaryFolder } from "./harness.js"

let folder = ""
let keys = ""

beforeEach(() => {
  folder = temporaryFolder()
  keys = join(folder, "keys")
})

const sealKey = (...options: readonly string[]) => runCli(["seal-key", ...options, keys])

const idsOf = (): readonly string[] => {
  const lines = readFileSync(keys, "utf8").trimEnd().split("\n")
  return lines.map((line) => line.replace(/ [0-9a-f]{64}$/, ""))
}

describe("seal-key", () => {
  test("creates a key file that only its owner can read", async () => {
    const { code, out } = await sealKey()
    expect(code).toBe(0)
    expect(out).toBe(`${keys}: key 1 active\n`)
    expect(statSync(keys).mode & 0o777).toBe(0o600)
    expect(readFileSync(keys, "utf8")).toMatch(/^1 active [0-9a-f]{64}\n$/)
  })

  test("goes from one key to the next, and shows no digit of either", async () => {
    await sealKey()
    const outcomes = [await sealKey("--add"), await sealKey("--activate", "2"), await sealKey("--remove", "1")]
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0])
    expect(outcomes.map(({ out }) => out.replaceAll(`${keys}: `, ""))).toEqual([
      "key 1 active\nkey 2 accepted\n",
      "key 1 accepted\nkey 2 active\n",
      "key 2 active\n",
    ])
    expect(idsOf()).toEqual(["2 active"])
    expect(statSync(keys).mode & 0o777).toBe(0o600)
  })

  test.each([
    ["a file that is there", [], /EEXIST/],
    ["an id that is not there", ["--activate", "9"], /there is no key 9/],
    ["an id that is not there to be removed", ["--remove", "9"], /there is no key 9/],
    ["the active key", ["--remove", "1"], /key 1 is active/],
    ["two changes at once", ["--add", "--activate", "1"], /cannot be used/],
    ["an id that is none", ["--activate", "0"], /from 1 to 4294967295/],
  ])("refuses %s, and leaves everything as it was", async (_, options, reason) => {
    await sealKey()
    const before = readFileSync(keys)
    const { code, out, err } = await sealKey(...options)
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toMatch(reason)
    expect(readFileSync(keys).equals(before)).toBe(true)
  })

  test("changes no file that others can read", async () => {
    await sealKey()
    chmodSync(keys, 0o640)
    const { code, err } = await sealKey("--add")
    expect(code).toBe(2)
    expect(err).toMatch(/chmod 0600/)
  })
})

const binding = (...more: readonly string[]) => ["--keys", keys, "--vm", "web-1", "--connection", "7", ...more]

describe("seal and open with certificates", () => {
  const blob = captureOf.inputs
  const at = ["--at", "2026-11-28T12:00:00Z"]
  const bound = ["--vm", "web-1", "--connection", "7", "--channel", "inputs", ...at]
  const fileOf = (name: string): string => join(folder, name)

  beforeEach(() => {
    place(fileOf("ca"), ca.pem.toString())
    place(fileOf("cert"), host.pem.toString())
    chmodSync(place(fileOf("key"), host.keyPem.toString()), 0o600)
  })

  const signing = () =>
    runCli([
      "seal",
      ...["--certificate", fileOf("cert"), "--key", fileOf("key"), ...bound],
      ...["-o", fileOf("envelope"), blob],
    ])

  const opening = (...subjects: readonly string[]) =>
    runCli([
      "open",
      ...["--ca", fileOf("ca"), ...subjects.flatMap((subject) => ["--subject", subject]), ...bound],
      ...["-o", fileOf("state"), fileOf("envelope")],
    ])

  test("give a file back, and say which host has signed it", async () => {
    expect((await signing()).code).toBe(0)
    const { code, out } = await opening("CN=b", "O=Example,CN=a.example")
    expect(code).toBe(0)
    expect(out.replace(/[0-9a-f]{32}/, "ID")).toBe(
      "says: ID, signed by O=Example,CN=a.example, connection 7, inputs 0\n" +
        "says: sealed 2026-11-28T12:00:00.000Z, expires 2026-11-28T12:01:00.000Z\n" +
        "opened: a state of 10 bytes, agent unknown, displays none\n",
    )
    expect(readFileSync(fileOf("state")).equals(readFileSync(blob))).toBe(true)
  })

  test("refuse a host that is not listed, say which it is, and write nothing", async () => {
    await signing()
    const { code, out } = await opening("CN=b")
    expect(code).toBe(1)
    expect(out).toContain("signed by O=Example,CN=a.example")
    expect(out).toContain("refused: not-sealed seal/subject ")
    expect(existsSync(fileOf("state"))).toBe(false)
  })

  test("say of a certificate that is none that it is not taken", async () => {
    await signing()
    const envelope = readFileSync(fileOf("envelope"))
    writeFileSync(fileOf("envelope"), envelope.fill(5, 134, 140))
    const { code, out } = await opening("CN=b")
    expect(code).toBe(1)
    expect(out).toContain("a certificate that is not taken")
    writeFileSync(fileOf("envelope"), readFileSync(fileOf("envelope")).fill(0x30, 134, 135).fill(0, 135, 136))
    expect((await opening("CN=b")).out).toContain("a certificate that is not taken")
  })

  test("refuse an envelope of the other kind", async () => {
    await signing()
    await sealKey()
    const { code, out } = await runCli(["open", "--keys", keys, ...bound, fileOf("envelope")])
    expect(code).toBe(1)
    expect(out).toContain("refused: not-sealed seal/kind ")
  })

  test.each([
    ["a key that others can read", () => chmodSync(fileOf("key"), 0o644), /chmod 0600/],
    ["another host's key", () => place(fileOf("key"), issueHost().keyPem.toString()), /private key/],
    ["a file without a certificate", () => place(fileOf("cert"), ""), /1 to 4 certificates/],
  ])("sign nothing with %s", async (_, change, reason) => {
    change()
    const { code, err } = await signing()
    expect(code).toBe(2)
    expect(err).toMatch(reason)
    expect(existsSync(fileOf("envelope"))).toBe(false)
  })

  test("verify nothing with a file without an authority", async () => {
    await signing()
    place(fileOf("ca"), "")
    const { code, err } = await opening("CN=b")
    expect(code).toBe(2)
    expect(err).toContain("authorities")
  })

  test.each([
    ["seal", ["-o", "envelope"], /either --keys or both of --certificate and --key/],
    ["seal", ["-o", "envelope", "--key", "key"], /either --keys or both of --certificate and --key/],
    ["open", [], /either --keys or both of --ca and --subject/],
    ["open", ["--ca", "ca"], /either --keys or both of --ca and --subject/],
    ["open", ["--ca", "ca", "--keys", "keys", "--subject", "CN=a"], /cannot be used/],
  ])("%s %j says what is missing or too much", async (command, options, reason) => {
    const { code, err } = await runCli([command, ...bound, ...options, blob])
    expect(code).toBe(2)
    expect(err).toMatch(reason)
  })
})

describe("seal and open", () => {
  const blob = captureOf.inputs
  const at = ["--at", "2026-11-28T12:00:00Z"]

  const sealed = async (...options: readonly string[]): Promise<string> => {
    await sealKey()
    const envelope = join(folder, "envelope")
    const { code } = await runCli(["seal", ...binding("--channel", "inputs", ...at), ...options, "-o", envelope, blob])
    expect(code).toBe(0)
    return envelope
  }

  test("give a file back, and say what was around it", async () => {
    const envelope = await sealed()
    const state = join(folder, "state")
    const { code, out } = await runCli(["open", ...binding("--channel", "inputs", ...at), "-o", state, envelope])
    expect(code).toBe(0)
    expect(out.replace(/[0-9a-f]{32}/, "ID")).toBe(
      "says: ID, key 1, connection 7, inputs 0\n" +
        "says: sealed 2026-11-28T12:00:00.000Z, expires 2026-11-28T12:01:00.000Z\n" +
        "opened: a state of 10 bytes, agent unknown, displays none\n",
    )
    expect(readFileSync(state).equals(readFileSync(blob))).toBe(true)
    expect(statSync(state).mode & 0o077).toBe(0)
  })

  test.each([
    ["another machine", ["--vm", "web-2"], "seal/vm"],
    ["another session", ["--connection", "8"], "seal/session"],
    ["another channel", ["--channel", "main"], "seal/channel"],
    ["another of its kind", ["--channel-id", "1"], "seal/channel"],
    ["another time", ["--at", "2026-11-28T13:00:00Z"], "seal/expired"],
  ])("refuse %s, and write nothing", async (_, options, rule) => {
    const envelope = await sealed()
    const state = join(folder, "state")
    const { code, out } = await runCli([
      "open",
      ...binding("--channel", "inputs", ...at),
      ...options,
      "-o",
      state,
      envelope,
    ])
    expect(code).toBe(1)
    expect(out).toContain(`refused: not-sealed ${rule} `)
    expect(existsSync(state)).toBe(false)
  })

  test("say of a file that is no envelope that it is none", async () => {
    await sealKey()
    const { code, out } = await runCli(["open", ...binding("--channel", "inputs"), blob])
    expect(code).toBe(1)
    expect(out).toMatch(/^refused: not-sealed seal\/sealed /)
  })

  const placed = (name: string, text: string, mode: number): string => {
    const file = place(join(folder, name), text)
    chmodSync(file, mode)
    return file
  }

  test.each([
    ["a key file that is not there", () => join(folder, "none"), /ENOENT/],
    ["a key file that others can read", () => placed("shared", "1 active a1b2", 0o604), /chmod 0600/],
    ["a key file of this user's that its group can read", () => placed("shared", "", 0o640), /chmod 0600/],
    ["a folder", () => folder, /regular file/],
    ["a file that is no key file", () => placed("other", "1 active a1b2", 0o600), /hexadecimal/],
  ])("refuse %s", async (_, fileOf, reason) => {
    const envelope = await sealed()
    const file = fileOf()
    const options = ["--keys", file, "--vm", "web-1", "--connection", "7", "--channel", "inputs"]
    const { code, err } = await runCli(["open", ...options, envelope])
    expect(code).toBe(2)
    expect(err).toMatch(reason)
    expect(err).not.toContain("a1b2")
  })

  test("follow a link to a key file", async () => {
    const envelope = await sealed()
    const link = join(folder, "link")
    symlinkSync(keys, link)
    const options = ["--keys", link, "--vm", "web-1", "--connection", "7", "--channel", "inputs", ...at]
    expect((await runCli(["open", ...options, envelope])).code).toBe(0)
  })

  test.each([
    ["--connection", "0"],
    ["--channel", "spicevmc"],
    ["--at", "tomorrow"],
    ["--channel-id", "-1"],
  ])("take no %s %s", async (option, value) => {
    const { code } = await runCli(["open", ...binding("--channel", "inputs"), option, value, blob])
    expect(code).toBe(2)
  })

  test("read no state without a right lifetime", async () => {
    await sealKey()
    const { code, err } = await runCli([
      "seal",
      ...binding("--channel", "inputs"),
      "--lifetime",
      "3601",
      "-o",
      keys,
      blob,
    ])
    expect(code).toBe(2)
    expect(err).toContain("seal/times")
  })
})
