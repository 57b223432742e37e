import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core"
import { afterAll, beforeAll, onTestFinished } from "vitest"
import { launch } from "../../scripts/browser.js"
import { readIndex, root } from "../../scripts/corpus.js"
import { unpacked } from "../../site/explorer/sample.js"
import { type GivenBlob, pageSettings, withData } from "../../src/cli/explorer-page.js"
import { type ExplorerFile, serveExplorer } from "../../src/cli/explorer-server.js"
import { readBlob, receiverOfEntry } from "../../src/corpus.js"

const built = join(root, "dist/explorer")

const files = (given: GivenBlob | undefined): readonly ExplorerFile[] =>
  readdirSync(built).map((name) => {
    const content = readFileSync(join(built, name), "utf8")
    return {
      name,
      content: name === "index.html" && given !== undefined ? withData(content, "given", [given]) : content,
    }
  })

/** The samples that the page was built with. */
export const samples = unpacked(
  JSON.parse(/id="samples">(.*?)<\/script>/s.exec(readFileSync(join(built, "index.html"), "utf8"))?.[1] ?? ""),
)

export interface Explorer {
  readonly page: Page
  readonly url: string
  /** The addresses that the page asked for. */
  readonly requests: readonly string[]
  /** What the browser had to say: errors, and what the content policy forbade. */
  readonly complaints: readonly string[]
}

export interface Opening {
  readonly given?: GivenBlob
  readonly context?: BrowserContextOptions
}

/** A browser for the tests of a file; what it gives opens the explorer in a tab of its own. */
export const inBrowser = (): ((opening?: Opening) => Promise<Explorer>) => {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())
  return async ({ given, context: options = {} } = {}) => {
    if (browser === undefined) throw new Error("the browser was not started")
    const server = await serveExplorer(files(given))
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
    onTestFinished(async () => {
      await context.close()
      server.close()
    })
    const page = await context.newPage()
    const requests: string[] = []
    const complaints: string[] = []
    page.on("request", (request) => requests.push(request.url()))
    page.on("console", (message) => complaints.push(message.text()))
    page.on("pageerror", (error) => complaints.push(error.message))
    await page.goto(server.url)
    await verdictOf(page).waitFor()
    return { page, url: server.url, requests, complaints }
  }
}

/** A blob of the corpus as the page is given it. */
export const givenOf = (file: string): GivenBlob => {
  const entry = readIndex().find((each) => each.file === file)
  if (entry === undefined) throw new Error(`not in the corpus: ${file}`)
  return givenBytes(readBlob(join(root, "corpus"), entry), {
    name: file,
    channel: entry.channel,
    settings: pageSettings(entry.channel, receiverOfEntry(entry)),
  })
}

export const givenBytes = (bytes: Uint8Array, rest: Partial<GivenBlob> = {}): GivenBlob => ({
  name: "blob",
  settings: {},
  base64: Buffer.from(bytes).toString("base64"),
  ...rest,
})

export const verdictOf = (page: Page): Locator => page.getByRole("region", { name: "Verdict" }).getByRole("status")

export const byteAt = (page: Page, offset: number): Locator => page.locator(`[role=gridcell][data-offset="${offset}"]`)

export const fieldAt = (page: Page, path: string): Locator => page.locator(`[role=treeitem][data-path="${path}"]`)

export const details = (page: Page): Locator => page.locator(".details")

/** The bytes that are marked in a way, by their offsets. */
export const bytesMarked = async (
  page: Page,
  mark: "meant" | "hovered" | "bad" | "differs",
): Promise<readonly number[]> => {
  const offsets = await page
    .locator(`[role=gridcell].${mark}`)
    .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-offset"))))
  return offsets
}

/** Opens a sample, or compares with it, by the words that find it. */
export const chooseSample = async (page: Page, words: string, button = "Samples…"): Promise<void> => {
  await page.getByRole("button", { name: button }).click()
  await page.getByRole("searchbox").fill(words)
  await page.locator(".sample").first().click()
}
