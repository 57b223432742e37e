import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { captureOf, jsonFindings, nastyNames, place, runCli, temporaryFolder, unsafeLines } from "./harness.js"

const file = (name: string, text: string): string => place(join(temporaryFolder(), name), text)

const listener = (name: string, receiver: string): string =>
  `[[listeners]]\nname = "${name}"\nlisten = "tcp://127.0.0.1:${5900 + name.length}"\ntarget = "tcp://127.0.0.1:${6900 + name.length}"\n[listeners.receiver]\n${receiver}\n`

const always = 'jpegWanCompression = "always"'
const never = 'jpegWanCompression = "never"'

const check = (...argv: readonly string[]) => runCli(["check", "--format", "json", ...argv, captureOf.display])

describe("the receiver", () => {
  test.each<[what: string, name: string, text: string, code: number]>([
    ["the only listener of a configuration", "relay.toml", listener("a", always), 0],
    ["a listener that has another one", "relay.toml", listener("a", never), 1],
    ["a receiver in JSON", "receiver.json", '{"jpegWanCompression":"always"}', 0],
    ["an empty one in JSON, which is the default", "receiver.json", "{}", 1],
    ["one limit by channel", "receiver.json", '{"jpegWanCompression":"always","maxBlobBytes":{"display":100}}', 1],
  ])("is %s", async (_, name, text, code) => {
    expect((await check("--receiver", file(name, text))).code).toBe(code)
  })

  test("is the listener that is named", async () => {
    const relay = file("relay.toml", listener("a", always) + listener("bb", never))
    expect((await check("--receiver", `${relay}#a`)).code).toBe(0)
    expect((await check("--receiver", `${relay}#bb`)).code).toBe(1)
  })

  test("may vouch for the blob in JSON, as the corpus does", async () => {
    const partial = captureOf.smartcard.replace("smartcard-base", "smartcard-partial-message")
    const sealed = file("receiver.json", '{"provenance":"sealed"}')
    expect((await runCli(["check", partial])).code).toBe(1)
    expect((await runCli(["check", "--receiver", sealed, partial])).code).toBe(0)
  })

  test("is what options say rather than what the file does", async () => {
    const relay = file("relay.toml", listener("a", never))
    expect((await check("--receiver", relay, "--jpeg-wan-compression", "always")).code).toBe(0)
  })

  test("is taken by explain, encode and diff too", async () => {
    const relay = file("relay.toml", listener("a", always))
    const state = file(
      "s.json",
      (await runCli(["explain", "--format", "json", "--receiver", relay, captureOf.display])).out,
    )
    const out = join(temporaryFolder(), "blob")
    expect((await runCli(["explain", "--receiver", relay, captureOf.display])).code).toBe(0)
    expect((await runCli(["encode", "--receiver", relay, "-o", out, state])).code).toBe(0)
    expect((await runCli(["diff", "--receiver", relay, out, captureOf.display])).code).toBe(0)
  })
})

describe("a receiver that cannot be read", () => {
  const relay = listener("a", always)
  test.each<[what: string, name: string, text: string, fragment: string, told: RegExp]>([
    ["a listener that there is not", "relay.toml", relay, "#b", /no such listener: .*relay\.toml#a$/],
    ["a listener with an empty name", "relay.toml", relay, "#", /no such listener/],
    ["one of two listeners", "relay.toml", relay + listener("bb", never), "", /say which listener: .*#a, .*#bb$/],
    ["a text that is no TOML", "relay.toml", "[[", "", /line 1/],
    ["a configuration with a word that is misspelt", "relay.toml", relay.replace("target", "taget"), "", /taget/],
    ["a receiver with a word that is misspelt", "relay.toml", listener("a", 'jpeg = "always"'), "", /jpeg/],
    [
      "a configuration that vouches for a client",
      "relay.toml",
      listener("a", 'provenance = "sealed"'),
      "",
      /provenance/,
    ],
    ["JSON with a listener", "receiver.json", "{}", "#a", /has no listeners/],
    ["a text that is no JSON", "receiver.json", "{", "", /RFC 8259/],
    ["a member twice", "receiver.json", '{"source":"any","source":"0.15"}', "", /two members of one name/],
    ["a member that there is not", "receiver.json", '{"maxBlobByte":{}}', "", /maxBlobByte/],
    ["a prototype", "receiver.json", '{"__proto__":{"provenance":"sealed"}}', "", /__proto__/],
    [
      "a word that there is not",
      "receiver.json",
      '{"provenance":"signed"}',
      "",
      /provenance must be relayed or sealed/,
    ],
    ["a limit beyond what a field can hold", "receiver.json", '{"maxBlobBytes":{"inputs":1e999}}', "", /maxBlobBytes/],
    ["a list", "receiver.json", "[1]", "", /0/],
    ["a text too long", "receiver.json", `"${"x".repeat(0x100000)}"`, "", /at most 1048576 bytes/],
  ])("(%s) is told, and nothing is judged", async (_, name, text, fragment, told) => {
    const named = `${file(name, text)}${fragment}`
    for (const command of [["check"], ["explain"], ["extract"]]) {
      const { code, out, err } = await runCli([...command, "--receiver", named, captureOf.inputs])
      expect({ code, out }).toEqual({ code: 2, out: "" })
      expect(err.trimEnd()).toMatch(told)
      expect(err).toMatch(/^migration-guard: .*\n$/)
    }
  })

  test.each(nastyNames)("a missing file whose name has %s is told on one line", async (_, name) => {
    const { code, err } = await check("--receiver", join(temporaryFolder(), name))
    expect(code).toBe(2)
    expect(unsafeLines(err)).toEqual([])
    expect(err).toMatch(/^migration-guard: .*\n$/)
  })
})

test("a blob that is right for another setting says so in check and explain", async () => {
  expect(jsonFindings((await check()).out)[0]?.notes[0]?.message).toContain("jpeg-wan-compression=always")
  for (const command of ["check", "explain"])
    expect((await runCli([command, captureOf.display])).out).toMatch(
      /^accept with jpeg-wan-compression=always {2}display/,
    )
})
