import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { readBlob, root } from "../../scripts/corpus.js"
import { parametersOf } from "../../src/layout/lower.js"
import { channels } from "../../src/spice/receiver.js"
import { layoutOf } from "../../src/spice/registry.js"
import {
  byteAt,
  bytesMarked,
  chooseSample,
  details,
  fieldAt,
  givenBytes,
  givenOf,
  inBrowser,
  samples,
  verdictOf,
} from "./browser.js"

const open = inBrowser()

const displayBase = givenOf("display/genuine/display-base.bin")
const inputsBase = givenOf("inputs/genuine/inputs-base.bin")

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index)

describe("bytes and fields", () => {
  test.each([
    { path: "magic", offsets: range(0, 4) },
    { path: "pixmap_cache_clients[2]", offsets: range(43, 51) },
    { path: "glz", offsets: range(60, 76) },
    { path: "surfaces[0]", offsets: range(84, 104) },
  ])("the field $path below the pointer shows its bytes", async ({ path, offsets }) => {
    const { page } = await open({ given: displayBase })
    await fieldAt(page, path).hover()
    expect(await bytesMarked(page, "hovered")).toEqual(offsets)
  })

  test.each([
    { offset: 0, path: "magic" },
    { offset: 12, path: "message_serial" },
    { offset: 103, path: "surfaces[0].bottom" },
  ])("the byte $offset below the pointer shows its field", async ({ offset, path }) => {
    const { page } = await open({ given: displayBase })
    await byteAt(page, offset).hover()
    expect(await fieldAt(page, path).getAttribute("class")).toContain("hovered")
    expect(await page.locator(".item.hovered [class*=swatch]").count()).toBe(1)
  })

  test("a click on a byte chooses its field", async () => {
    const { page } = await open({ given: displayBase })
    await byteAt(page, 66).click()
    expect(await fieldAt(page, "glz.max_encoders").getAttribute("aria-selected")).toBe("true")
    expect(await bytesMarked(page, "meant")).toEqual(range(64, 68))
    expect(await details(page).getByRole("heading").textContent()).toBe("glz.max_encoders")
    expect(await details(page).textContent()).toContain("bytes 64 to 67")
  })

  test("a click on a field chooses its bytes", async () => {
    const { page } = await open({ given: displayBase })
    await fieldAt(page, "surfaces[0].right").click()
    expect(await byteAt(page, 96).getAttribute("aria-selected")).toBe("true")
    expect(await bytesMarked(page, "meant")).toEqual(range(96, 100))
  })

  test("a pointer leads to what it points to", async () => {
    const { page } = await open({ given: displayBase })
    await fieldAt(page, "surfaces_at_client_ptr").click()
    await details(page).getByRole("button", { name: "surfaces" }).click()
    expect(await byteAt(page, 80).getAttribute("aria-selected")).toBe("true")
  })

  test("a violation stands at its field and its bytes, with what follows without the check", async () => {
    const { page } = await open()
    const item = fieldAt(page, "agent2client.chunk_header_size")
    expect(await item.textContent()).toContain("No more than the 8 bytes of a chunk header can have been read.")
    expect(await item.textContent()).toContain("An assertion of the target fails and crashes QEMU.")
    expect(await bytesMarked(page, "bad")).toEqual(range(34, 38))
    expect(await page.getByRole("region", { name: "What an unmodified QEMU does" }).textContent()).toContain(
      "SIGTRAP reds.cpp:1359",
    )
  })
})

describe("edits", () => {
  test("a byte that is typed over is judged at once, and can be taken back", async () => {
    const { page } = await open({ given: inputsBase })
    expect(await verdictOf(page).textContent()).toContain("Accepted")
    await byteAt(page, 8).click()
    await page.keyboard.type("ffff")
    expect(await verdictOf(page).textContent()).toContain("Found 65535, the limit is 4096.")
    expect(await bytesMarked(page, "bad")).toEqual([8, 9])
    expect(await fieldAt(page, "motion_count").textContent()).toContain("65535")
    for (const _ of "ffff") await page.keyboard.press("Control+z")
    expect(await verdictOf(page).textContent()).toContain("Accepted")
    expect(await page.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true)
  })

  test.each([
    { typed: "4097", says: "Refused" },
    { typed: "0x1000", says: "Accepted" },
  ])("the value $typed makes it $says", async ({ typed, says }) => {
    const { page } = await open({ given: inputsBase })
    await fieldAt(page, "motion_count").click()
    await details(page).getByRole("textbox", { name: "Value" }).fill(typed)
    await page.keyboard.press("Enter")
    expect(await verdictOf(page).textContent()).toContain(says)
  })

  test.each([
    { typed: "65536", problem: "It must be from 0 to 65535." },
    { typed: "-1", problem: "It must be from 0 to 65535." },
    { typed: "many", problem: "Type a number, in decimal or hexadecimal with 0x in front." },
    { typed: "", problem: "Type a number, in decimal or hexadecimal with 0x in front." },
  ])("no byte changes for '$typed'", async ({ typed, problem }) => {
    const { page } = await open({ given: inputsBase })
    await fieldAt(page, "motion_count").click()
    await details(page).getByRole("textbox", { name: "Value" }).fill(typed)
    await page.keyboard.press("Enter")
    expect(await details(page).locator(".problem").textContent()).toBe(problem)
    expect(await page.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true)
  })

  test("negative numbers and numbers of 64 bits are written whole", async () => {
    const { page } = await open({ given: displayBase })
    await fieldAt(page, "pixmap_cache_size").click()
    await details(page).getByRole("textbox", { name: "Value" }).fill("-2")
    await page.keyboard.press("Enter")
    expect(await verdictOf(page).textContent()).toContain("pixmap_cache_size")
    expect(await byteAt(page, 18).textContent()).toBe("fe")
    expect(await byteAt(page, 25).textContent()).toBe("ff")
  })

  test("a choice is written by its name", async () => {
    const { page } = await open({ given: givenOf("main/genuine/main-agent.bin") })
    await fieldAt(page, "client_agent_started").click()
    await details(page).getByRole("combobox", { name: "Value" }).selectOption("0, false")
    expect(await byteAt(page, 33).textContent()).toBe("00")
  })

  test("bytes are appended, inserted and deleted", async () => {
    const { page } = await open({ given: inputsBase })
    await byteAt(page, 10).click()
    await page.keyboard.type("7f")
    expect(await verdictOf(page).textContent()).toContain("Refused")
    expect(await page.locator(".opened").textContent()).toContain("11 bytes, edited")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Delete")
    expect(await verdictOf(page).textContent()).toContain("Accepted")
    await byteAt(page, 0).click()
    await page.keyboard.press("Insert")
    expect(await byteAt(page, 0).textContent()).toBe("00")
    expect(await verdictOf(page).textContent()).toContain("Refused")
  })

  test("all bytes can be deleted", async () => {
    const { page, complaints } = await open({ given: givenBytes(Uint8Array.of(1), { channel: "inputs" }) })
    await byteAt(page, 0).click()
    await page.keyboard.press("Delete")
    await page.keyboard.press("Delete")
    expect(await page.locator(".opened").textContent()).toContain("0 bytes")
    expect(await verdictOf(page).textContent()).toContain("Refused")
    expect(complaints).toEqual([])
  })

  test("what was edited is saved", async () => {
    const { page } = await open({ given: inputsBase })
    await byteAt(page, 8).click()
    await page.keyboard.type("07")
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save" }).click(),
    ])
    const chunks: Uint8Array[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk)
    expect([...Buffer.concat(chunks)]).toEqual([73, 67, 77, 68, 1, 0, 0, 0, 7, 0])
    expect(download.suggestedFilename()).toBe("inputs-base.bin")
  })
})

describe("the receiver", () => {
  test.each(channels)("has a control for each parameter that %s declares", async (channel) => {
    const { page } = await open({ given: givenBytes(new Uint8Array(8), { channel }) })
    const settings = page.getByRole("region", { name: "The receiver" })
    for (const { name, kind } of parametersOf(layoutOf(channel)).filter((each) => each.name !== "channel"))
      expect(
        await settings
          .getByRole(kind === "words" ? "group" : kind === "word" ? "combobox" : "spinbutton", { name })
          .count(),
      ).toBe(1)
  })

  test("a number changes the verdict, and its default changes it back", async () => {
    const { page } = await open({ given: givenOf("inputs/genuine/inputs-motions-3.bin") })
    const most = page.getByRole("spinbutton", { name: "maxMotionCount" })
    await most.fill("2")
    await most.press("Enter")
    expect(await verdictOf(page).textContent()).toContain("Found 3, the limit is 2.")
    await page.getByRole("button", { name: "Default of maxMotionCount" }).click()
    expect(await verdictOf(page).textContent()).toContain("Accepted")
    expect(await most.inputValue()).toBe("4096")
  })

  test.each(["-1", "65536", "1.5", ""])("a number that it cannot have is not taken: %s", async (number) => {
    const { page } = await open({ given: inputsBase })
    const most = page.getByRole("spinbutton", { name: "maxMotionCount" })
    await most.fill(number)
    await most.press("Enter")
    expect(await most.inputValue()).toBe("4096")
    expect(await verdictOf(page).textContent()).toContain("Accepted")
  })

  test("a word changes the verdict, and the one that is right is offered", async () => {
    const { page } = await open({ given: displayBase })
    await page.getByRole("combobox", { name: "jpegWanCompression" }).selectOption("never")
    expect(await verdictOf(page).textContent()).toContain("Refused")
    await page.getByRole("button", { name: "Say that the target has it" }).click()
    expect(await page.getByRole("combobox", { name: "jpegWanCompression" }).inputValue()).toBe("always")
    expect(await verdictOf(page).textContent()).toContain("Accepted")
  })

  test("what is accepted unseen changes the verdict", async () => {
    const { settings: _, ...queue } = givenOf("spicevmc/genuine/usbredir-queue-hello.bin")
    const { page } = await open({ given: { ...queue, settings: {} } })
    expect(await verdictOf(page).textContent()).toContain("Refused")
    await page.getByRole("checkbox", { name: "usbredir-queue" }).check()
    expect(await verdictOf(page).textContent()).toContain("Accepted")
    await page.getByRole("checkbox", { name: "usbredir-queue" }).uncheck()
    expect(await verdictOf(page).textContent()).toContain("Refused")
  })

  test("another channel is another format", async () => {
    const { page } = await open({ given: inputsBase })
    await page.getByRole("combobox", { name: "Channel" }).selectOption("smartcard")
    expect(await verdictOf(page).textContent()).toContain("Refused")
  })
})

describe("samples", () => {
  test("each is judged as in the corpus, by its rule first", async () => {
    const { page, complaints } = await open()
    for (const { name, rule, fates = [] } of samples.samples) {
      await page.getByRole("button", { name: "Samples…" }).click()
      await page.getByRole("searchbox").fill(name)
      await page.locator(".sample").first().click()
      const verdict = await page.getByRole("region", { name: "Verdict" }).textContent()
      expect(verdict, name).toContain(rule === undefined ? "Accepted" : "Refused")
      const exposure = page.getByRole("region", { name: "What an unmodified QEMU does" })
      expect(await exposure.getByRole("listitem").count(), name).toBe(fates.length)
      if (rule !== undefined)
        expect(await page.locator("main, .verdict").allTextContents(), name).toContainEqual(
          expect.stringContaining(rule),
        )
    }
    expect(complaints).toEqual([])
  })

  test("are the corpus's blobs, byte for byte, each with what it did", () => {
    for (const { name, base64, fates } of samples.samples) {
      expect(Buffer.from(base64, "base64"), name).toEqual(readBlob({ file: name }))
      expect(fates, name).not.toEqual([])
    }
  })

  test("are of every channel, genuine and hostile, and some crash QEMU", () => {
    const channelsOf = (isHostile: boolean) =>
      new Set(samples.samples.filter(({ rule }) => (rule !== undefined) === isHostile).map(({ channel }) => channel))
    for (const channel of ["main", "display", "inputs", "smartcard"] as const) {
      expect(channelsOf(true)).toContain(channel)
      expect(channelsOf(false)).toContain(channel)
    }
    expect(samples.samples.filter(({ fates = [] }) => fates[0]?.[0].startsWith("killed")).length).toBeGreaterThan(10)
  })

  test("are found by what is typed", async () => {
    const { page } = await open()
    await page.getByRole("button", { name: "Samples…" }).click()
    await page.getByRole("searchbox").fill("surface-ids-ascend")
    expect(await page.locator(".sample").count()).toBe(1)
    await page.getByRole("button", { name: "Close" }).click()
    expect(await page.getByRole("dialog").isVisible()).toBe(false)
  })
})

describe("comparing", () => {
  test("shows what differs, field by field", async () => {
    const { page } = await open()
    await chooseSample(page, "display-base")
    await chooseSample(page, "display-surfaces-2-always", "Compare sample…")
    expect(await page.getByText("fields differ from").textContent()).toContain("display-surfaces-2-always.bin")
    expect(await fieldAt(page, "surfaces.num_surfaces").textContent()).toContain("1 ↔ 2")
    expect(await fieldAt(page, "surfaces[1].id").textContent()).toContain("only there: 1")
    expect(await fieldAt(page, "magic").count()).toBe(0)
    expect(await bytesMarked(page, "differs")).toContain(80)
    await page.getByRole("checkbox", { name: "only these" }).uncheck()
    expect(await fieldAt(page, "magic").count()).toBe(1)
    await page.getByRole("button", { name: "End comparison" }).click()
    expect(await bytesMarked(page, "differs")).toEqual([])
  })

  test("finds nothing between a blob and itself until it is edited", async () => {
    const { page } = await open()
    await chooseSample(page, "inputs-base")
    await chooseSample(page, "inputs-base", "Compare sample…")
    expect(await page.getByText("fields differ from").textContent()).toContain("0 fields")
    await byteAt(page, 9).click()
    await page.keyboard.type("01")
    expect(await page.getByText("field differs from").textContent()).toContain("1 field")
    expect(await fieldAt(page, "motion_count").textContent()).toContain("256 ↔ 0")
  })
})

describe("files", () => {
  const corpus = (file: string): string => join(root, "corpus", file)

  test("are opened by the channel that their magic says", async () => {
    const { page } = await open()
    await page.getByLabel("A blob's file").setInputFiles(corpus("smartcard/genuine/smartcard-base.bin"))
    await page.locator(".opened", { hasText: "smartcard-base.bin" }).waitFor()
    expect(await page.getByRole("combobox", { name: "Channel" }).inputValue()).toBe("smartcard")
    expect(await verdictOf(page).textContent()).toContain("Accepted")
  })

  test.each([
    { size: 6, header: [5, 0, 10, 0, 0, 0] },
    { size: 18, header: [1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 10, 0, 0, 0, 0, 0, 0, 0] },
  ])("are opened without a message's header of $size bytes", async ({ size, header }) => {
    const { page } = await open()
    const buffer = Buffer.from([...header, 73, 67, 77, 68, 1, 0, 0, 0, 2, 0])
    await page.getByLabel("A blob's file").setInputFiles({ name: "message.bin", mimeType: "", buffer })
    await page.getByText(`The ${size} bytes of a message's header`).waitFor()
    expect(await verdictOf(page).textContent()).toContain("Accepted")
  })

  test.each([
    { name: "nothing", bytes: [] },
    { name: "a byte", bytes: [1] },
    { name: "no magic", bytes: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
  ])("of no format are shown as what they are: $name", async ({ bytes }) => {
    const { page, complaints } = await open()
    await page.getByLabel("A blob's file").setInputFiles({ name: "x", mimeType: "", buffer: Buffer.from(bytes) })
    await page.getByText("choose its channel").waitFor()
    expect(await verdictOf(page).textContent()).toContain("Refused")
    expect(complaints).toEqual([])
  })

  test("that are captures are told where their blobs are shown", async () => {
    const { page } = await open()
    await page.getByLabel("A blob's file").setInputFiles(corpus("captures/hostile.pcap"))
    await page.getByText("migration-guard explore shows the blobs that are in it").waitFor()
  })

  test("that are too large are not opened", async () => {
    const { page } = await open()
    const buffer = Buffer.alloc(8 * 2 ** 20 + 1)
    await page.getByLabel("A blob's file").setInputFiles({ name: "large.bin", mimeType: "", buffer })
    await page.getByText("large.bin is larger than 8388608 bytes").waitFor()
  })

  test("are dropped, two of them to be compared", async () => {
    const { page } = await open()
    const dropped = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer()
      const blob = (count) => Uint8Array.of(73, 67, 77, 68, 1, 0, 0, 0, count, 0)
      transfer.items.add(new File([blob(1)], "one.bin"))
      transfer.items.add(new File([blob(2)], "two.bin"))
      return transfer
    })()`)
    await page.dispatchEvent(".explorer", "drop", { dataTransfer: dropped })
    await page.getByText("1 field differs from two.bin").waitFor()
    expect(await page.locator(".opened").textContent()).toContain("one.bin")
    expect(await fieldAt(page, "motion_count").textContent()).toContain("1 ↔ 2")
  })
})
