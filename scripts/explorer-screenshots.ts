/** Takes the pictures of the explorer that the README shows, of the page that `npm run site:build` has built. */
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { serveExplorer } from "../src/cli/explorer-server.js"
import { launch } from "./browser.js"
import { root } from "./corpus.js"

/** What a reader of the README downloads for one picture, at most. */
const mostBytes = 200_000

const built = join(root, "dist/explorer")
const images = join(root, "docs/images")

const openSample = async (page: Page, words: string): Promise<void> => {
  await page.getByRole("button", { name: "Samples…" }).click()
  await page.getByRole("searchbox").fill(words)
  await page.locator(".sample").first().click()
}

const pictures = [
  {
    name: "explorer-light",
    colorScheme: "light",
    show: async (page: Page) => {
      const count = page.locator("[role=gridcell][data-offset='80']")
      await openSample(page, "display-surfaces-2-always")
      await count.click()
      await page.keyboard.type("03")
      await count.click()
    },
  },
  {
    name: "explorer-dark",
    colorScheme: "dark",
    show: (page: Page) => openSample(page, "main/chunk-header-size"),
  },
] as const

const files = readdirSync(built).map((name) => ({ name, content: readFileSync(join(built, name), "utf8") }))
const server = await serveExplorer(files)
const browser = await launch("--disable-lcd-text")
mkdirSync(images, { recursive: true })
for (const { name, colorScheme, show } of pictures) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1400, height: 760 } })
  await page.goto(server.url)
  await show(page)
  await page.mouse.move(0, 0)
  const path = join(images, `${name}.png`)
  await page.screenshot({ path, animations: "disabled" })
  const { size } = statSync(path)
  console.log(`${name}: ${size} of at most ${mostBytes} bytes`)
  if (size > mostBytes) process.exitCode = 1
}
await browser.close()
server.close()
