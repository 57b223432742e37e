import { describe, expect, test } from "vitest"
import { sharesOf, slots } from "../../src/fuzz/campaign.js"

describe("shares", () => {
  test.each([
    [1, 1, [1]],
    [1, 4, [4]],
    [3, 4, [2, 1, 1]],
    [2, 5, [3, 2]],
    [4, 4, [1, 1, 1, 1]],
    [3, 1, [1, 1, 1]],
    [0, 4, []],
  ])("of %i targets among %i jobs", (targets, jobs, shares) => {
    expect(sharesOf(targets, jobs)).toEqual(shares)
  })
})

describe("slots", () => {
  test("let so much work be done at once, in order", async () => {
    const inSlot = slots(2)
    const begun: number[] = []
    const ends: (() => void)[] = []
    const work = (index: number) =>
      inSlot(() => {
        begun.push(index)
        return new Promise<number>((resolve) => ends.push(() => resolve(index)))
      })
    const all = Promise.all([0, 1, 2, 3].map(work))
    expect(begun).toEqual([0, 1])
    ends[1]?.()
    await expect.poll(() => begun).toEqual([0, 1, 2])
    ends[0]?.()
    await expect.poll(() => begun).toEqual([0, 1, 2, 3])
    for (const end of ends) end()
    expect(await all).toEqual([0, 1, 2, 3])
  })

  test("are free again after work that fails", async () => {
    const inSlot = slots(1)
    await expect(inSlot(() => Promise.reject(new Error("no")))).rejects.toThrow("no")
    expect(await inSlot(async () => "yes")).toBe("yes")
  })
})
