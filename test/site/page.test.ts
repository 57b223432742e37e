import type { Page } from "playwright-core"
import { describe, expect, test } from "vitest"
import { byteAt, fieldAt, givenBytes, givenOf, inBrowser, verdictOf } from "./browser.js"

const open = inBrowser()

/** What a piece of a page's own program comes to: called from a timer, it has no more rights than the page. */
const inPage = (page: Page, body: string): Promise<string> =>
  page.evaluate(`new Promise((resolve) => setTimeout(async () => {
    try { ${body}; resolve("done") } catch (error) { resolve(error.name) }
  }))`)

describe("the content policy", () => {
  test("is kept by the page, which asks for its own files only", async () => {
    const { page, url, requests, complaints } = await open({ given: givenOf("inputs/genuine/inputs-base.bin") })
    await byteAt(page, 8).click()
    await page.keyboard.type("ff")
    await page.getByRole("button", { name: "Samples…" }).click()
    await page.locator(".sample").first().click()
    expect(new Set(requests)).toEqual(
      new Set(["", "explorer.css", "explorer.js", "icon.svg"].map((name) => `${url}${name}`)),
    )
    expect(complaints).toEqual([])
  })

  test.each([
    { what: "code made of text", body: "eval('1')", error: "EvalError" },
    { what: "functions made of text", body: "new Function('return 1')", error: "EvalError" },
    { what: "requests", body: "await fetch(location.href)", error: "TypeError" },
    { what: "requests elsewhere", body: "await fetch('http://127.0.0.1:9/')", error: "TypeError" },
    { what: "markup made of text", body: "document.body.innerHTML = '<b>x</b>'", error: "TypeError" },
    {
      what: "sockets",
      body: "await new Promise((_, no) => { new WebSocket('ws://127.0.0.1:9/').onerror = () => no(new TypeError()) })",
      error: "TypeError",
    },
  ])("forbids $what", async ({ body, error }) => {
    const { page } = await open()
    expect(await inPage(page, body)).toBe(error)
  })

  test("stands in the page itself, for any web server", async () => {
    const { page } = await open()
    const policy = await page.locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content")
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain("unsafe")
  })
})

test("names of files and settings cannot end the element that they stand in", async () => {
  const name = '</script><img src=x onerror="document.title=1">'
  const { page, complaints } = await open({ given: givenBytes(Uint8Array.of(1), { name }) })
  expect(await page.locator(".opened .name").textContent()).toContain("onerror")
  expect(await page.title()).toBe("migration-guard explorer")
  expect(complaints).toEqual([])
})

describe("a blob of 1 MiB", () => {
  const queue = givenOf("spicevmc/genuine/usbredir-queue-mebibyte.bin")

  /** Elements of the page: what a browser has to lay out, whatever the blob's size. */
  const elements = (page: Page): Promise<number> => page.locator("*").count()

  test("makes no more elements than a small one that fills the page", async () => {
    const { page } = await open({ given: queue })
    expect(await verdictOf(page).textContent()).toContain("Accepted")
    expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe("65538")
    expect(await elements(page)).toBeLessThan(3000)
  })

  test("is scrolled, walked and edited anywhere", async () => {
    const { page } = await open({ given: queue })
    await page.getByRole("grid").evaluate((grid) => Object.assign(grid, { scrollTop: 800_000 }))
    await page.locator("[aria-rowindex='33335']").waitFor()
    expect(await page.locator("[role=gridcell][tabindex='0']").count()).toBe(1)

    await byteAt(page, 533_328).click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("ff")
    expect(await byteAt(page, 1_048_601).textContent()).toBe("ff")
    expect(await verdictOf(page).textContent()).toContain("Refused")
    await page.keyboard.press("Control+Home")
    expect(await byteAt(page, 0).getAttribute("aria-selected")).toBe("true")
    await page.keyboard.press("Control+z")
    await page.keyboard.press("Control+z")
    expect(await verdictOf(page).textContent()).toContain("Accepted")
    expect(await elements(page)).toBeLessThan(3000)
  })

  test("keeps the keys when the byte with the focus is scrolled away", async () => {
    const { page } = await open({ given: queue })
    await byteAt(page, 5).click()
    await page.getByRole("grid").evaluate((grid) => Object.assign(grid, { scrollTop: 800_000 }))
    await page.locator("[aria-rowindex='33335']").waitFor()
    await page.keyboard.press("ArrowRight")
    expect(await byteAt(page, 6).getAttribute("aria-selected")).toBe("true")
    expect(await byteAt(page, 6).isVisible()).toBe(true)
  })

  test("answers a key within a fifth of a second, by the median of fifty", async () => {
    const { page } = await open({ given: queue })
    await byteAt(page, 40).click()
    const median = await page.evaluate<number>(`(async () => {
      const times = []
      for (let index = 0; index < 50; index++) {
        const start = performance.now()
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true, cancelable: true }))
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
        times.push(performance.now() - start)
      }
      return times.sort((one, other) => one - other)[25]
    })()`)
    expect(await byteAt(page, 64).textContent()).toBe("aa")
    expect(median).toBeLessThan(200)
  })

  test("a list of a thousand surfaces is closed, and opens", async () => {
    const { page } = await open({ given: givenOf("display/genuine/display-surfaces-1024-always.bin") })
    expect(await fieldAt(page, "surfaces").getAttribute("aria-expanded")).toBe("false")
    await fieldAt(page, "surfaces").click()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("End")
    expect(await fieldAt(page, "surfaces[1023].bottom").getAttribute("aria-selected")).toBe("true")
    expect(await elements(page)).toBeLessThan(3000)
  })
})
