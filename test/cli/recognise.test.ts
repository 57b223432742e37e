import { describe, expect, test } from "vitest"
import { bytesOf, captureOf, inPieces, jsonFindings, runCli } from "./harness.js"

const withHeader = (...header: readonly number[]): Uint8Array =>
  Uint8Array.from([...header, ...bytesOf(captureOf.inputs)])

const mini = withHeader(5, 0, 10, 0, 0, 0)
const full = withHeader(1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 10, 0, 0, 0, 0, 0, 0, 0)
const text = (content: string, encoding: BufferEncoding = "latin1"): Uint8Array => Buffer.from(content, encoding)
const hex = Buffer.from(bytesOf(captureOf.main)).toString("hex")
const bigEndian = Uint8Array.from([...text("ICMD"), 0, 0, 0, 1, 0, 2])

const notesOn = async (stdin: Uint8Array): Promise<readonly string[]> => {
  const { out } = await runCli(["check", "--format", "json", "-"], { stdin })
  return jsonFindings(out)[0]?.notes.map(({ message }) => message) ?? []
}

describe("a file that is no blob", () => {
  test.each<readonly [what: string, file: Uint8Array, told: RegExp]>([
    ["the payload behind a short header", mini, /^The 6 bytes of a message's header .*--skip-header/],
    ["the payload behind a long header", full, /^The 18 bytes of a message's header .*--skip-header/],
    ["a QEMU migration stream", text("QEVM\0\0\0\x03"), /looks like a QEMU migration stream/],
    ["what virsh save writes", text("LibvirtQemudSave\0\0"), /looks like a machine that libvirt saved/],
    ["a capture", text("\xd4\xc3\xb2\xa1\x02\0\x04\0"), /looks like a capture in the pcap format/],
    ["a capture with sections", text("\x0a\x0d\x0d\x0a\x1c\0\0\0"), /looks like a capture in the pcapng format/],
    ["a compressed file", text("\x1f\x8b\x08\0\0\0"), /compressed with gzip/],
    ["arguments of a command", text('{"uri": "tcp:h:1"}'), /looks like JSON/],
    ["plain digits", text(hex), /hexadecimal digits as text: .*xxd -r -p/],
    ["digits with spaces", text(hex.replace(/../g, "$& ")), /hexadecimal digits as text/],
    ["digits behind offsets", text(`00000000: ${hex.replace(/..../g, "$& ")}`), /hexadecimal digits as text/],
    ["numbers in the wrong order", bigEndian, /look big-endian/],
  ])("(%s) is refused, and what it seems to be is said", async (_, file, told) => {
    expect((await runCli(["check", "-"], { stdin: file })).code).toBe(1)
    expect(await notesOn(file)).toEqual([expect.stringMatching(told)])
    expect((await runCli(["explain", "-"], { stdin: file })).out).toMatch(
      new RegExp(`^note  ${told.source.replace("^", "")}|^note  .*${told.source.replace("^", "")}`, "m"),
    )
  })

  test.each([
    ["nothing", text("")],
    ["noise", text("\x01\x02\x03\x04\x05")],
    ["a header in front of something else", withHeader(5, 0, 10, 0, 0, 0, 0x58)],
    ["a header of another message", withHeader(6, 0, 10, 0, 0, 0)],
  ])("(%s) is refused without a guess", async (_, file) => {
    expect(await notesOn(file)).toEqual([])
  })
})

describe("--skip-header", () => {
  const blob = bytesOf(captureOf.inputs)

  test.each([
    ["a short header", mini],
    ["a long header", full],
    ["no header", blob],
  ])("reads the blob behind %s", async (_, file) => {
    for (const size of [1, 5, 100])
      expect((await runCli(["check", "--skip-header", "-"], { stdin: inPieces(file, size) })).code).toBe(0)
    const plain = await runCli(["explain", "-"], { stdin: blob })
    expect(await runCli(["explain", "--skip-header", "-"], { stdin: file })).toEqual(plain)
  })

  test("leaves nothing out of what is no message", async () => {
    const { code, out } = await runCli(["explain", "--skip-header", "-"], { stdin: text("QEVM") })
    expect(code).toBe(1)
    expect(out).toContain("51 45 56 4d")
  })
})
