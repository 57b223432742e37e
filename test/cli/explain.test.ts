import { createHash } from "node:crypto"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { ruleOf } from "../../src/rules.js"
import type { FieldTable, FieldValue } from "../support/field-table.js"
import {
  displayBaseTable,
  displayLosslessTable,
  displaySecondHeadTable,
  inputsBaseTable,
  mainAgentTable,
  mainBaseTable,
  smartcardBaseTable,
  usbredirBaseTable,
} from "../support/genuine-tables.js"
import {
  bytesOf,
  captureOf,
  captures,
  edited,
  genuine,
  hostileSample,
  inPieces,
  jsonFindings,
  linesOf,
  longer,
  nastyNames,
  optionsOf,
  pathOf,
  place,
  runCli,
  temporaryFolder,
  unsafeLines,
} from "./harness.js"

/** Some bytes under one label, with the violations that are marked below them. */
interface Block {
  readonly offset: number
  readonly bytes: number[]
  readonly label: string
  readonly marks: string[]
}

interface Explanation {
  readonly heading: string
  /** The violations that are marked before the first byte: those of the blob as a whole. */
  readonly marks: readonly string[]
  readonly blocks: readonly Block[]
  /** The position that each line names, and the one that it has. */
  readonly positions: readonly (readonly [named: number, real: number])[]
}

/** Bytes a line, and the columns that they take. */
const bytesPerLine = 8
const hexWidth = 3 * bytesPerLine

/** What explain wrote, read back. Lines below a violation or a note, which say more of it, are passed over. */
const explanationOf = (out: string): Explanation => {
  const [heading = "", ...lines] = linesOf(out)
  const marks: string[] = []
  const blocks: Block[] = []
  const positions: [number, number][] = []
  let size = 0
  for (const line of lines) {
    const mark = /^ +\^ (.*)$/.exec(line)?.[1]
    if (mark !== undefined) {
      ;(blocks.at(-1)?.marks ?? marks).push(mark)
      continue
    }
    const [, position, columns = ""] = /^([0-9]{4,}) {2}(.*)$/.exec(line) ?? []
    if (position === undefined) continue
    const bytes = columns
      .slice(0, hexWidth)
      .trim()
      .split(" ")
      .map((byte) => Number.parseInt(byte, 16))
    const label = columns.slice(hexWidth + 1)
    positions.push([Number(position), size])
    if (label === "") blocks.at(-1)?.bytes.push(...bytes)
    else blocks.push({ offset: size, bytes, label, marks: [] })
    size += bytes.length
  }
  return { heading, marks, blocks, positions }
}

const bytesIn = ({ blocks }: Explanation): readonly number[] => blocks.flatMap(({ bytes }) => bytes)

const explain = async (argv: readonly string[], stdin?: Uint8Array) => {
  const { code, out, err } = await runCli(["explain", "--all", ...argv], stdin === undefined ? {} : { stdin })
  return { code, err, out, ...explanationOf(out) }
}

const checked = async (argv: readonly string[]) => {
  const [finding] = jsonFindings((await runCli(["check", "--format", "json", ...argv])).out)
  if (finding === undefined) throw new Error("nothing was checked")
  return finding
}

const tables: Readonly<Record<string, FieldTable>> = {
  "main/genuine/main-base.bin": mainBaseTable,
  "main/genuine/main-agent.bin": mainAgentTable,
  "display/genuine/display-base.bin": displayBaseTable,
  "display/genuine/display-lossless.bin": displayLosslessTable,
  "display/genuine/display-second-head.bin": displaySecondHeadTable,
  "inputs/genuine/inputs-base.bin": inputsBaseTable,
  "spicevmc/genuine/usbredir-base.bin": usbredirBaseTable,
  "smartcard/genuine/smartcard-base.bin": smartcardBaseTable,
}

/** The number, text or size at the end of a label. */
const shownIn = (label: string): string => {
  const value = label
    .replace(/^\S+ = /, "")
    .replace(/ (\(.*\)|-> .*|messages|pixels|encoders)$/, "")
    .replace(/^(\d+) bytes$/, "$1")
  const asNumber: Readonly<Record<string, string>> = { true: "1", false: "0" }
  return asNumber[value] ?? value
}

const expectedIn = (name: string, value: FieldValue): string => {
  if (typeof value === "object") return `${name}, ${value.length} bytes`
  return typeof value === "string" ? `"${value}"` : String(value)
}

describe("a genuine blob's explanation", () => {
  test.each(genuine)("of $file shows every byte once, in order", async (entry) => {
    const explanation = await explain([...optionsOf(entry), pathOf(entry)])
    expect(bytesIn(explanation)).toEqual([...bytesOf(pathOf(entry))])
    for (const [named, real] of explanation.positions) expect(named).toBe(real)
    expect(explanation.code).toBe(0)
    expect(explanation.err).toBe("")
  })

  test.each(captures)("of $file names the field of every byte and its value", async (entry) => {
    const { blocks, marks } = await explain([...optionsOf(entry), pathOf(entry)])
    const table = tables[entry.file] ?? []
    expect(blocks.map(({ offset, bytes }) => [offset, bytes.length])).toEqual(
      table.map(([, offset, size]) => [offset, size]),
    )
    for (const [index, [row, , , value]] of table.entries()) {
      const name = row.replace(/\.(\d+)/g, "[$1]")
      const label = blocks[index]?.label ?? ""
      const [, path = ""] = /^([^\s,]+)( = |, )/.exec(label) ?? []
      expect(path === name || path.endsWith(`.${name}`), `${path} is ${name}`).toBe(true)
      expect(shownIn(label)).toBe(expectedIn(path, value))
    }
    expect([...marks, ...blocks.flatMap((block) => block.marks)]).toEqual([])
  })

  test.each(genuine)("of $file begins with the verdict", async (entry) => {
    const { heading } = await explain([...optionsOf(entry), pathOf(entry)])
    expect(heading).toBe(`accept  ${entry.channel}  ${bytesOf(pathOf(entry)).length} bytes`)
  })
})

describe("a hostile blob's explanation", () => {
  test.each(hostileSample)("of $file shows every byte once, in order", async (entry) => {
    const explanation = await explain([...optionsOf(entry), pathOf(entry)])
    expect(bytesIn(explanation)).toEqual([...bytesOf(pathOf(entry))])
    for (const [named, real] of explanation.positions) expect(named).toBe(real)
    const verdict = /^(reject|accept with jpeg-wan-compression=(always|never)) {2}/
    expect(explanation.heading).toMatch(verdict)
    expect(explanation.heading.replace(verdict, "")).toBe(`${entry.channel}  ${bytesOf(pathOf(entry)).length} bytes`)
    expect(explanation.code).toBe(1)
  })

  test.each(hostileSample)("of $file marks each violation once, after the bytes at fault", async (entry) => {
    const argv = [...optionsOf(entry), pathOf(entry)]
    const { blocks, marks } = await explain(argv)
    const { violations } = await checked(argv)
    const found = [...marks, ...blocks.flatMap((block) => block.marks)]
    expect(found.sort()).toEqual(violations.map(({ code, rule, message }) => `${code} ${rule}: ${message}`).sort())
    for (const { offset, path, message } of violations) {
      const block = blocks.find((each) => each.marks.some((mark) => mark.endsWith(message)))
      if (block === undefined) expect({ path, offset }).toEqual({ path: "", offset: 0 })
      else {
        expect(offset).toBeGreaterThanOrEqual(block.offset)
        expect(offset).toBeLessThan(block.offset + block.bytes.length)
      }
    }
  })
})

describe("an explanation", () => {
  const line = (position: string, hex: string, label: string) => `${position}  ${hex.padEnd(hexWidth)} ${label}`

  test("has lines that stay aligned", async () => {
    const bytes = longer(edited(bytesOf(captureOf.inputs), { 8: 2, 9: 1 }), 30)
    const { out, code } = await explain(["-"], bytes)
    const { violations } =
      jsonFindings((await runCli(["check", "--format", "json", "-"], { stdin: bytes })).out)[0] ?? {}
    expect(code).toBe(1)
    expect(linesOf(out)).toEqual([
      "reject  inputs  30 bytes",
      line("0000", "49 43 4d 44", 'magic = "ICMD"'),
      line("0004", "01 00 00 00", "version = 1"),
      line("0008", "02 01", "motion_count = 258 messages"),
      line("0010", "00 ".repeat(8).trim(), "unclaimed, 20 bytes"),
      "0018  00 00 00 00 00 00 00 00",
      "0026  00 00 00 00",
      `      ^ unclaimed-bytes layout/trailing: ${violations?.[0]?.message}`,
      `        Consequence: ${ruleOf("layout/trailing")?.consequence}`,
    ])
  })

  test("marks a field right below its own bytes", async () => {
    const { blocks } = await explain(["-"], edited(bytesOf(captureOf.display), { 16: 2, 26: 7 }))
    const marked = blocks.filter(({ marks }) => marks.length > 0)
    expect(marked.map(({ offset, label }) => [offset, label])).toEqual([
      [16, "low_bandwidth_setting = 2"],
      [26, "pixmap_cache_freezer = 7"],
    ])
    for (const { marks } of marked) expect(marks).toEqual([expect.stringMatching(/^not-canonical layout\/boolean: /)])
  })

  test.each([
    ["behind the last part", longer(bytesOf(captureOf.inputs), 13), [10, "unclaimed, 3 bytes"]],
    ["behind a list that has no room", edited(bytesOf(captureOf.display), { 80: 9 }), [84, "unclaimed, 20 bytes"]],
    ["in a gap", edited(bytesOf(captureOf.display), { 76: 100 }), [80, "unclaimed, 24 bytes"]],
    ["behind a version that nobody wrote", edited(bytesOf(captureOf.main), { 4: 9 }), [8, "unclaimed, 92 bytes"]],
    ["of a blob that is cut short", bytesOf(captureOf.main).subarray(0, 20), [0, "unclaimed, 20 bytes"]],
    ["of a blob without a magic", new Uint8Array(17), [0, "unclaimed, 17 bytes"]],
    ["of a blob shorter than a magic", Uint8Array.of(0x4d, 0x4e), [0, "unclaimed, 2 bytes"]],
  ])("names the bytes that nothing claims %s", async (_, bytes, unclaimed) => {
    const explanation = await explain(["--jpeg-wan-compression", "always", "-"], bytes)
    expect(explanation.code).toBe(1)
    expect(bytesIn(explanation)).toEqual([...bytes])
    expect(
      explanation.blocks
        .filter(({ label }) => label.startsWith("unclaimed"))
        .map(({ offset, label }) => [offset, label]),
    ).toEqual([unclaimed])
  })

  test("of nothing is the reason for its refusal", async () => {
    const { code, heading, marks, blocks } = await explain(["-"], new Uint8Array())
    expect({ code, heading, blocks }).toEqual({ code: 1, heading: "reject  unknown  0 bytes", blocks: [] })
    expect(marks).toEqual([expect.stringMatching(/^truncated layout\/fixed-part: /)])
  })

  test("widens its positions for a large blob", async () => {
    const bytes = longer(bytesOf(captureOf.spicevmc), 0x10010)
    const explanation = await explain(["-"], bytes)
    expect(explanation.positions.every(([named, real]) => named === real)).toBe(true)
    expect(bytesIn(explanation).length).toBe(bytes.length)
    expect(linesOf(explanation.out)[1]).toMatch(/^00000 {2}53 /)
  })

  test("reads a display's list as the target does", async () => {
    expect((await explain(["--jpeg-wan-compression", "always", captureOf.display])).code).toBe(0)
    expect((await explain(["--jpeg-wan-compression", "never", captureOf.display])).code).toBe(1)
    expect((await explain([captureOf.display])).code).toBe(1)
  })

  test("takes the channel from --channel", async () => {
    expect((await explain(["--channel", "usbredir", captureOf.spicevmc])).heading).toMatch(/^accept {2}usbredir /)
    const wrong = await explain(["--channel", "inputs", captureOf.main])
    expect({ code: wrong.code, heading: wrong.heading }).toEqual({ code: 1, heading: "reject  inputs  100 bytes" })
    expect(wrong.blocks[0]).toMatchObject({ label: expect.stringMatching(/^magic = 0x/), marks: [expect.anything()] })
  })

  test.each(captures)("of $file is the same from standard input, byte by byte", async (entry) => {
    const stdin = inPieces(bytesOf(pathOf(entry)), 1)
    const fromStdin = await runCli(["explain", ...optionsOf(entry), "-"], { stdin })
    expect(fromStdin).toEqual(await runCli(["explain", ...optionsOf(entry), pathOf(entry)]))
  })
})

describe("what cannot be explained", () => {
  const cases: readonly (readonly [what: string, make: (folder: string) => string])[] = [
    ["a missing file", (folder) => join(folder, "missing")],
    ["a directory", (folder) => folder],
    ["a path through a file", (folder) => join(place(join(folder, "file"), "x"), "x")],
    ["a name with NUL", () => "a\0b"],
    ...nastyNames.map(
      ([what, name]) => [`a missing file whose name has ${what}`, (folder: string) => join(folder, name)] as const,
    ),
  ]

  test.each(cases)("(%s) is one line on stderr and exit 2", async (_, make) => {
    const { code, out, err } = await runCli(["explain", make(temporaryFolder())])
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toMatch(/^migration-guard: .*: \S.*\n$/)
    expect(unsafeLines(err)).toEqual([])
  })
})

describe("--format json", () => {
  const jsonOf = async (argv: readonly string[], stdin?: Uint8Array) => {
    const { out, code } = await runCli(["explain", "--format", "json", ...argv], stdin === undefined ? {} : { stdin })
    expect(unsafeLines(out)).toEqual([])
    return { code, ...JSON.parse(out) }
  }

  test.each(captures)("of $file has every field and the state", async (entry) => {
    const { code, verdict, fields, state, violations, size } = await jsonOf([...optionsOf(entry), pathOf(entry)])
    expect({ code, verdict, violations }).toEqual({ code: 0, verdict: "accept", violations: [] })
    expect(state).not.toBeNull()
    const table = tables[entry.file] ?? []
    expect(fields.map(({ offset, length }: { offset: number; length: number }) => [offset, length])).toEqual(
      table.map(([, offset, bytes]) => [offset, bytes]),
    )
    expect(fields.at(-1).offset + fields.at(-1).length).toBe(size)
    for (const { path, unit, meaning, text } of fields)
      expect([path, unit, meaning, text].map((member) => typeof member)).toEqual(Array(4).fill("string"))
  })

  test("of a refused blob says what is wrong, what must be so, and what follows", async () => {
    const { code, verdict, state, violations, fields } = await jsonOf(
      ["-"],
      edited(bytesOf(captureOf.inputs), { 9: 255 }),
    )
    expect({ code, verdict, state }).toEqual({ code: 1, verdict: "reject", state: null })
    const rule = ruleOf("inputs/motion-count-limit")
    expect(violations).toEqual([
      {
        ...{ code: "limit-exceeded", rule: rule?.id, path: "motion_count", offset: 8, length: 2 },
        ...{ actual: 0xff00, expected: 4096, message: expect.any(String) },
        ...{ requirement: rule?.requirement, consequence: rule?.consequence },
      },
    ])
    expect(fields.at(-1)).toMatchObject({ path: "motion_count", value: 0xff00, violations: [rule?.id] })
  })

  test("has numbers that JSON would round as text, and says what pointers point to", async () => {
    const wide = edited(bytesOf(captureOf.display), { 15: 0x7f })
    const { fields } = await jsonOf(["--jpeg-wan-compression", "always", "-"], wide)
    expect(fields[2]).toMatchObject({ path: "message_serial", value: "9151314442816847891" })
    const pointer = fields.find(({ path }: { path: string }) => path === "surfaces_at_client_ptr")
    expect(pointer).toMatchObject({ value: 80, pointsTo: { path: "surfaces", offset: 80, length: 24 } })
  })

  test.each(nastyNames)("names a file whose name has %s by its very name", async (_, name) => {
    const file = place(join(temporaryFolder(), name), bytesOf(captureOf.inputs))
    expect((await jsonOf([file])).file).toBe(file)
  })
})

describe("--format html", () => {
  const htmlOf = async (argv: readonly string[], stdin?: Uint8Array) =>
    (await runCli(["explain", "--format", "html", ...argv], stdin === undefined ? {} : { stdin })).out

  test.each([...captures, ...hostileSample.slice(0, 20)])(
    "of $file is one file without scripts or addresses",
    async (entry) => {
      const html = await htmlOf([...optionsOf(entry), pathOf(entry)])
      expect(html).toMatch(/^<!doctype html>/)
      expect(html).not.toMatch(/<script|javascript:|https?:|\son[a-z]+=|<link|<img|url\(|@import/i)
      expect(html).toContain(`default-src 'none'; style-src 'sha256-`)
      for (const [, target] of html.matchAll(/href="#([^"]*)"/g)) expect(html).toContain(`id="${target}"`)
    },
  )

  test("allows exactly the style that it has", async () => {
    const html = await htmlOf([captureOf.inputs])
    const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(html) ?? []
    expect(html).toContain(`'sha256-${createHash("sha256").update(style).digest("base64")}'`)
  })

  test("says the rule, what was found and what follows, at the byte", async () => {
    const html = await htmlOf(["-"], edited(bytesOf(captureOf.inputs), { 9: 255 }))
    expect(html).toContain('<a href="#field-2">byte 8</a>')
    expect(html).toContain("found 65280, allowed 4096")
    expect(html).toContain(ruleOf("inputs/motion-count-limit")?.consequence)
  })

  test.each([...nastyNames, ["markup", "<img src=x onerror='a()'>&\""] as const])(
    "takes a file whose name has %s for text",
    async (_, name) => {
      const html = await htmlOf([place(join(temporaryFolder(), name), bytesOf(captureOf.inputs))])
      expect(unsafeLines(html)).toEqual([])
      expect(html).not.toMatch(/<img|onerror='/)
    },
  )

  test("takes bytes for text", async () => {
    const html = await htmlOf(["-"], Buffer.from("ICMD\u0001\0\0\0\0\0<b>&"))
    expect(html).toContain("&lt;b&gt;&amp;")
    expect(html).not.toContain("<b>")
  })
})

describe("long runs and lists", () => {
  const queue = longer(bytesOf(captureOf.inputs), 2000)
  const surfaces = captureOf.display.replace("display-base", "display-surfaces-1024-always")

  test("are folded, and whole with --all", async () => {
    const { out } = await runCli(["explain", "-"], { stdin: queue })
    expect(linesOf(out).length).toBeLessThan(20)
    expect(out).toContain("      ... 1958 more bytes; --all shows them\n")
    expect(linesOf((await runCli(["explain", "--all", "-"], { stdin: queue })).out).length).toBeGreaterThan(250)
  })

  test("of entries are folded behind the first ones", async () => {
    const { out } = await runCli(["explain", "--jpeg-wan-compression", "always", surfaces])
    expect(linesOf(out).length).toBeLessThan(50)
    expect(out).toMatch(/\.\.\. surfaces\[4\] to surfaces\[1023\], 20400 bytes; --all shows them/)
  })

  test("show an entry in which something is wrong, of each rule the first three", async () => {
    const { out } = await runCli(["explain", "--jpeg-wan-compression", "never", surfaces])
    expect(out.match(/\^ not-canonical display\/surface-ids-ascend/g)).toHaveLength(3)
    expect(out).toMatch(/\.\.\. \d+ more of display\/surface-ids-ascend; --all shows them/)
  })
})

describe("--ascii", () => {
  test("shows printable ASCII beside the bytes, and a dot for everything else", async () => {
    const { out } = await runCli(["explain", "--ascii", "-"], {
      stdin: Buffer.from("ICMD\u001b[2J\u202e\n~\u007f", "utf8"),
    })
    expect(out).toContain("0000  49 43 4d 44              ICMD      magic")
    expect(out).toContain(".[2J")
    expect(unsafeLines(out)).toEqual([])
  })
})

describe("on a terminal", () => {
  test.each([60, 80, 120])("of %d columns nothing that is a sentence is longer", async (columns) => {
    const { out } = await runCli(["explain", "-"], {
      stdin: edited(bytesOf(captureOf.main), { 47: 20, 12: 3 }),
      isTTY: true,
      columns,
      environment: { NO_COLOR: "1" },
    })
    for (const line of linesOf(out)) if (line.startsWith("    ")) expect(line.length).toBeLessThanOrEqual(columns)
    expect(out).toMatch(/\n {6}\^ /)
  })
})

describe("a blob without a known magic", () => {
  test("has the ones that there are beside it", async () => {
    const { out } = await runCli(["explain", "--ascii", "-"], { stdin: Buffer.from("XCMD....") })
    expect(out).toContain(
      "Blobs begin with MNMD (main), DCMD (display), ICMD (inputs), SVMD (usbredir, port, webdav), SCMD (smartcard).",
    )
    expect(out).toContain("XCMD....")
  })

  test("has none of them where it is known for something else", async () => {
    expect((await runCli(["explain", "-"], { stdin: Buffer.from("QEVM....") })).out).not.toContain("Blobs begin with")
  })

  test("of another channel is told which one", async () => {
    const { out } = await runCli(["explain", "--channel", "inputs", captureOf.main])
    expect(out).toContain("note  The blob begins as one of main does.")
    expect(out).toContain('magic = 0x444d4e4d ("MNMD", not "ICMD")')
  })
})

test("a display's blob that is right for another setting is shown as that target reads it", async () => {
  const { out, code } = await runCli(["explain", captureOf.display])
  expect(code).toBe(1)
  expect(out).toContain(
    "note  It is shown as that target reads it. For one with auto it has a violation, which check tells.",
  )
  expect(out).not.toContain("^ ")
  const told = await runCli(["explain", "--jpeg-wan-compression", "never", captureOf.display])
  expect(told.out).toContain("^ unclaimed-bytes layout/trailing")
})
