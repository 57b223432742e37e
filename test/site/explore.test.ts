import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { launch } from "../../scripts/browser.js"
import { root } from "../../scripts/corpus.js"
import { blobsOf, type CapturedBlob } from "../../src/capture/index.js"
import { runCli } from "../cli/harness.js"
import { verdictOf } from "./browser.js"

let browser: Browser | undefined
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

/** The program itself, as its own process, up to the address that it prints. */
const explore = async (argv: readonly string[], input?: Uint8Array) => {
  const program = ["--import", "tsx", join(root, "src/cli/main.ts"), "explore", ...argv]
  const child = spawn(process.execPath, program, { cwd: root, stdio: ["pipe", "pipe", "ignore"] })
  onTestFinished(() => void child.kill("SIGKILL"))
  child.stdin.end(input)
  const [url] = await once(createInterface({ input: child.stdout }), "line")
  const end = async (signal: "SIGINT" | "SIGTERM"): Promise<unknown> => {
    child.kill(signal)
    const [code] = await once(child, "exit")
    return code
  }
  return { url: String(url), end }
}

const look = async (url: string): Promise<Page> => {
  if (browser === undefined) throw new Error("the browser was not started")
  const page = await browser.newPage()
  onTestFinished(() => page.close())
  await page.goto(url)
  await verdictOf(page).waitFor()
  return page
}

describe("migration-guard explore", () => {
  test("shows a sample without a file, and ends with Ctrl-C", async () => {
    const { url, end } = await explore([])
    const page = await look(url)
    expect(await verdictOf(page).textContent()).toContain("agent2client.chunk_header_size")
    expect(await end("SIGINT")).toBe(0)
  })

  test("shows a file for the receiver that is said", async () => {
    const file = "corpus/display/genuine/display-lossless.bin"
    const { url, end } = await explore([file, "--jpeg-wan-compression", "always"])
    const page = await look(url)
    expect(await page.locator(".opened").textContent()).toContain("display-lossless.bin")
    expect(await verdictOf(page).textContent()).toContain("Refused")
    expect(await page.getByRole("combobox", { name: "jpegWanCompression" }).inputValue()).toBe("always")
    expect(await end("SIGTERM")).toBe(0)
  })

  test("shows standard input", async () => {
    const { url } = await explore(["-"], Uint8Array.of(73, 67, 77, 68, 1, 0, 0, 0, 2, 0))
    const page = await look(url)
    expect(await verdictOf(page).textContent()).toContain("Accepted")
    expect(await page.locator(".opened").textContent()).toContain("standard input")
  })

  test.each([
    { capture: "hostile.pcap", first: "Refused" },
    { capture: "seamless.pcapng", first: "Accepted" },
  ])("shows the blobs of $capture, a refused one first", async ({ capture, first }) => {
    const path = join(root, "corpus/captures", capture)
    const blobs: CapturedBlob[] = []
    for await (const blob of blobsOf([readFileSync(path)])) blobs.push(blob)
    const { url } = await explore([path])
    const page = await look(url)
    expect(await verdictOf(page).textContent()).toContain(first)
    for (const [index, { channel, bytes, violations }] of blobs.entries()) {
      await page.getByRole("button", { name: "Samples…" }).click()
      const given = page.getByRole("region", { name: "Given" }).getByRole("button")
      expect(await given.count()).toBe(blobs.length)
      await given.nth(index).click()
      expect(await page.getByRole("combobox", { name: "Channel" }).inputValue()).toBe(channel)
      expect(await page.locator(".opened").textContent()).toContain(`${bytes.length.toLocaleString("en")} bytes`)
      expect(await verdictOf(page).textContent()).toContain(violations.length === 0 ? "Accepted" : "Refused")
    }
  })

  test.each([
    { what: "a file that is not there", argv: ["/nowhere/blob.bin"], says: "/nowhere/blob.bin" },
    { what: "a receiver that is none", argv: ["-", "--receiver", "/nowhere/r.json"], says: "/nowhere/r.json" },
    {
      what: "a capture without migration data",
      input: Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0),
      says: "the capture holds no migration data",
    },
    {
      what: "a file that is too large",
      input: new Uint8Array(8 * 2 ** 20 + 1),
      says: "it has more than 8388608 bytes",
    },
  ])("fails for $what", async ({ argv = ["-"], input = new Uint8Array(), says }) => {
    const { code, out, err } = await runCli(["explore", ...argv], { stdin: input })
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toContain(says)
  })
})
