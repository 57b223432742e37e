import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { AxeResults } from "axe-core"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { launch } from "../../scripts/browser.js"
import { captureOf, edited, place, runCli, temporaryFolder } from "../cli/harness.js"

let browser: Browser | undefined
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

const blobs = {
  accepted: readFileSync(captureOf.main),
  refused: edited(readFileSync(captureOf.main), { 12: 3, 34: 9 }),
  "right for another setting": readFileSync(captureOf.display),
  "no blob": Buffer.from("<b>&"),
}

/** The page that explain writes for a blob, in a tab of its own. */
const opened = async (blob: Uint8Array, options: BrowserContextOptions = {}): Promise<Page> => {
  if (browser === undefined) throw new Error("the browser was not started")
  const { out } = await runCli(["explain", "--format", "html", "-"], { stdin: blob })
  const context = await browser.newContext(options)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.goto(pathToFileURL(place(join(temporaryFolder(), "page.html"), out)).href)
  return page
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

describe.each(Object.entries(blobs))("the page of a blob that is %s", (_, blob) => {
  test.each([
    ["light", 1280],
    ["light", 480],
    ["dark", 1280],
    ["dark", 480],
  ] as const)("is for everybody in %s, %d pixels wide", async (colorScheme, width) => {
    const page = await opened(blob, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
    await page.evaluate(axeSource)
    const { violations } = await page.evaluate<AxeResults>("axe.run()")
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0)
  })

  test("has its style, and its own policy complains of nothing", async () => {
    const page = await opened(blob)
    const complaints: string[] = []
    page.on("console", (message) => complaints.push(message.text()))
    await page.reload()
    expect(complaints).toEqual([])
    expect(await page.locator(".verdict").evaluate("(verdict) => getComputedStyle(verdict).borderRadius")).not.toBe(
      "0px",
    )
  })
})

test("a violation leads to its field", async () => {
  const page = await opened(blobs.refused)
  await page.getByRole("link", { name: "byte 34" }).click()
  expect(await page.locator("tr:target code").textContent()).toBe("agent2client.chunk_header_size")
})
