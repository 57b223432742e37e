import { existsSync, readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { extname, join, normalize } from "node:path"
import type { AxeResults } from "axe-core"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { launch } from "../../scripts/browser.js"
import { root } from "../../scripts/corpus.js"
import { rules } from "../../src/rules.js"

/** The site that `npm run docs:build` has made, as any web server for static files serves it. */
const site = join(root, ".site")

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
}

const fileOf = (url: string): string | undefined => {
  const path = join(site, normalize(decodeURIComponent(url.replace(/[?#].*/, ""))))
  return [path, `${path}.html`, join(path, "index.html")].find((file) => existsSync(file) && extname(file) !== "")
}

let browser: Browser
let server: Server
let origin: string

beforeAll(async () => {
  browser = await launch()
  server = createServer(({ url = "/" }, response) => {
    const file = fileOf(url)
    if (file === undefined) response.writeHead(404).end()
    else response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream").end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  await browser.close()
  server.close()
})

const open = async (path: string, colorScheme: "light" | "dark" = "light") => {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const trouble: string[] = []
  page.on("pageerror", ({ message }) => trouble.push(message))
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) trouble.push(`asks for ${request.url()}`)
  })
  page.on("response", (response) => {
    if (!response.ok()) trouble.push(`${response.status()} ${response.url()}`)
  })
  await page.goto(`${origin}${path}`, { waitUntil: "networkidle" })
  return { page, trouble }
}

const pages = [
  "/",
  "/guide/library",
  "/guide/relay",
  "/guide/triage",
  "/glossary",
  "/rules/display/surface-id-in-table",
]

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js")

const breaches = async (page: Page): Promise<readonly string[]> => {
  await page.addScriptTag({ path: axe })
  const { violations } = await page.evaluate<AxeResults>("axe.run()")
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

describe.each(["light", "dark"] as const)("in %s colours", (scheme) => {
  test.each(pages)("%s asks nobody else, finds what it needs, and axe finds nothing", async (path) => {
    const { page, trouble } = await open(path, scheme)
    expect(trouble).toEqual([])
    expect(await page.locator("h1").count()).toBe(1)
    expect(await breaches(page)).toEqual([])
  })
})

test("every rule has a page", () => {
  expect(rules.filter(({ id }) => fileOf(`/rules/${id}`) === undefined).map(({ id }) => id)).toEqual([])
})

test("a rule's page says what it requires, what would happen, whether it is an attack and what to do", async () => {
  const { page } = await open("/rules/inputs/motion-count-limit")
  expect(await page.locator("h1").textContent()).toContain("inputs/motion-count-limit")
  for (const says of ["must not exceed", "one ack message for every 4", "Not by itself", "Find out whether"])
    expect(await page.getByText(says).first().isVisible()).toBe(true)
  await page.getByRole("link", { name: "limits", exact: true }).click()
  await page.waitForURL("**/limits")
})

test("a word is found", async () => {
  const { page } = await open("/")
  expect(await page.getByRole("button", { name: "Search Ctrl K" }).isVisible()).toBe(true)
  await page.keyboard.press("Control+k")
  await page.getByPlaceholder("Search").fill("freezer")
  expect(await page.locator(".result").first().textContent()).toMatch(/./)
})
