import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { AxeResults } from "axe-core"
import type { Page } from "playwright-core"
import { describe, expect, test } from "vitest"
import { byteAt, chooseSample, details, fieldAt, givenOf, inBrowser, verdictOf } from "./browser.js"

const open = inBrowser()

const displayBase = givenOf("display/genuine/display-base.bin")

/** Who has the focus: the byte or the field, or the name of a control. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const { activeElement } = document
    const { offset, path } = activeElement.dataset
    return path || offset || activeElement.ariaLabel || activeElement.id || activeElement.textContent
  })()`)

const tabTo = async (page: Page, isThere: (focus: string) => boolean): Promise<void> => {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab")
    if (isThere(await focused(page))) return
  }
  throw new Error("Tab does not lead there")
}

const isByte = (focus: string): boolean => /^\d+$/.test(focus)
const isField = (focus: string): boolean => focus.startsWith("surfaces") || focus === "magic"

describe("with the keyboard alone", () => {
  test.each([
    { keys: ["ArrowRight", "ArrowRight"], at: 2 },
    { keys: ["ArrowLeft"], at: 0 },
    { keys: ["ArrowDown", "ArrowDown", "ArrowUp"], at: 16 },
    { keys: ["ArrowUp"], at: 0 },
    { keys: ["ArrowRight", "End"], at: 15 },
    { keys: ["End", "ArrowRight", "Home"], at: 16 },
    { keys: ["Control+End"], at: 104 },
    { keys: ["Control+End", "ArrowRight", "ArrowDown"], at: 104 },
    { keys: ["Control+End", "Control+Home"], at: 0 },
    { keys: ["PageDown"], at: 96 },
    { keys: ["Control+End", "PageUp"], at: 8 },
  ])("$keys lead to byte $at", async ({ keys, at }) => {
    const { page } = await open({ given: displayBase })
    await tabTo(page, isByte)
    for (const key of keys) await page.keyboard.press(key)
    expect(await focused(page)).toBe(String(at))
    expect(await byteAt(page, at).getAttribute("aria-selected")).toBe("true")
    expect(await page.locator("[role=gridcell][tabindex='0']").count()).toBe(1)
  })

  test.each([
    { keys: ["ArrowDown"], at: "version" },
    { keys: ["ArrowUp"], at: "magic" },
    { keys: ["End"], at: "surfaces[0].bottom" },
    { keys: ["End", "ArrowLeft"], at: "surfaces[0]" },
    { keys: ["End", "ArrowLeft", "ArrowLeft", "ArrowDown"], at: "surfaces[0]" },
    { keys: ["End", "ArrowLeft", "ArrowLeft", "ArrowLeft"], at: "surfaces" },
    { keys: ["End", "ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowRight"], at: "surfaces[0].id" },
    { keys: ["End", "Home"], at: "magic" },
  ])("$keys lead to the field $at", async ({ keys, at }) => {
    const { page } = await open({ given: displayBase })
    await tabTo(page, isField)
    for (const key of keys) await page.keyboard.press(key)
    expect(await focused(page)).toBe(at)
    expect(await fieldAt(page, at).getAttribute("aria-selected")).toBe("true")
    expect(await page.locator("[role=treeitem][tabindex='0']").count()).toBe(1)
  })

  test("a group closes and opens, and says so", async () => {
    const { page } = await open({ given: displayBase })
    await tabTo(page, isField)
    await page.keyboard.press("End")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Enter")
    expect(await fieldAt(page, "surfaces[0]").getAttribute("aria-expanded")).toBe("false")
    expect(await fieldAt(page, "surfaces[0].id").count()).toBe(0)
    await page.keyboard.press(" ")
    expect(await fieldAt(page, "surfaces[0]").getAttribute("aria-expanded")).toBe("true")
  })

  test("a sample is opened, a byte edited, the edit taken back and a setting changed", async () => {
    const { page } = await open()
    await tabTo(page, (focus) => focus.includes("Samples"))
    await page.keyboard.press("Enter")
    expect(await focused(page)).toBe("Find by name, channel or rule")
    await page.keyboard.type("inputs-motions-3")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    expect(await verdictOf(page).textContent()).toContain("Accepted")

    await tabTo(page, isByte)
    await page.keyboard.press("End")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.type("ff")
    expect(await verdictOf(page).textContent()).toContain("Refused")
    await page.keyboard.press("Control+z")
    await page.keyboard.press("Control+z")
    expect(await verdictOf(page).textContent()).toContain("Accepted")

    await tabTo(page, (focus) => focus === "setting-maxMotionCount")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("2")
    await page.keyboard.press("Enter")
    expect(await verdictOf(page).textContent()).toContain("Found 3, the limit is 2.")
  })
})

describe("for a screen reader", () => {
  test("bytes are a table whose cells say their field and whether they are refused", async () => {
    const { page } = await open()
    const grid = page.getByRole("grid", { name: "Bytes" })
    expect(await grid.getAttribute("aria-rowcount")).toBe("5")
    expect(await byteAt(page, 34).getAttribute("aria-label")).toBe("09, agent2client.chunk_header_size, refused")
    expect(await byteAt(page, 0).getAttribute("aria-label")).toBe("4d, magic")
  })

  test("fields are a tree that says how deep and which of how many each is", async () => {
    const { page } = await open({ given: displayBase })
    const item = fieldAt(page, "surfaces[0].top")
    const attributes = await Promise.all(
      ["aria-level", "aria-posinset", "aria-setsize"].map((name) => item.getAttribute(name)),
    )
    expect(attributes).toEqual(["3", "3", "5"])
  })

  test.each(["light", "dark"] as const)("axe finds nothing in %s", async (colorScheme) => {
    const context = { colorScheme, bypassCSP: true }
    const { page } = await open({ context })
    const states: Readonly<Record<string, () => Promise<unknown>>> = {
      refused: () => byteAt(page, 34).click(),
      "a field below the pointer": () => fieldAt(page, "agent_base").hover(),
      samples: () => page.getByRole("button", { name: "Samples…" }).click(),
      accepted: () => page.locator(".sample", { hasText: "display-base" }).first().click(),
      compared: () => chooseSample(page, "display-surfaces-2-always", "Compare sample…"),
      "a value that is none": async () => {
        await fieldAt(page, "surfaces.num_surfaces").click()
        await details(page).getByRole("textbox", { name: "Value" }).fill("x")
        await page.keyboard.press("Enter")
      },
      "bytes without a field": async () => {
        await chooseSample(page, "layout/trailing")
        await page.getByRole("button", { name: /^(Next|Show)$/ }).click()
      },
      narrow: () => page.setViewportSize({ width: 600, height: 900 }),
    }
    for (const [state, reach] of Object.entries(states)) {
      await reach()
      expect(await accessibility(page), state).toEqual([])
    }
  })
})

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

const accessibility = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate<AxeResults>("axe.run()")
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}
