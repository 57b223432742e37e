import { expect, test } from "vitest"
import * as L from "../../../src/layout/index.js"
import { compiled } from "../../support/compiled.js"
import { expectGenerated } from "../../support/generated.js"

/** A BITMAPFILEHEADER and a BITMAPINFOHEADER, 54 bytes, a palette and pixels (wingdi.h). */
const bmp = L.layout("bmp", {
  title: "BITMAPFILEHEADER",
  doc: "A Windows bitmap.",
  limit: L.numberParameter("most", { default: 0x100000, doc: "The most bytes of an image." }),
  fields: {
    bfType: L.magic("BM", "The format."),
    bfSize: L.totalSize("The file's size."),
    bfReserved: L.constant(0, "Reserved.", L.u32),
    bfOffBits: L.pointerTo("pixels", L.run("The rows."), "Where the pixels are."),
    biSize: L.constant(40, "The size of the header from here on.", L.u32),
    biWidth: L.i32("The width.", "pixels").must(L.above(0), {
      id: "bmp/width",
      code: "out-of-range",
      requirement: "An image must have a width.",
      consequence: "A reader divides by it.",
    }),
    biHeight: L.i32("The height; negative where rows go down.", "pixels"),
    biPlanes: L.constant(1, "Planes.", L.u16),
    biBitCount: L.enumeration({ palette: 8, "true-color": 24 }, "Bits of a pixel.", L.u16),
    biCompression: L.enumeration({ none: 0 }, "How pixels are packed.", L.u32),
    biSizeImage: L.lengthOf("pixels", "The size of the pixels."),
    biXPelsPerMeter: L.i32("Resolution."),
    biYPelsPerMeter: L.i32("Resolution."),
    biClrUsed: L.countOf("palette", "Colors of the palette."),
    biClrImportant: L.u32("Colors that matter."),
    palette: L.list(
      L.struct("A color.", {
        blue: L.u8("Blue."),
        green: L.u8("Green."),
        red: L.u8("Red."),
        zero: L.constant(0, "Reserved.", L.u8),
      }),
    ),
  },
})

const state = {
  biWidth: 2,
  biHeight: -1,
  biBitCount: "palette",
  biCompression: "none",
  biXPelsPerMeter: 0,
  biYPelsPerMeter: 0,
  biClrImportant: 0,
  palette: [{ blue: 1, green: 2, red: 3 }],
  pixels: Uint8Array.of(0, 0, 0, 0),
} as const satisfies L.State<typeof bmp>

const image = L.encode(bmp, state) as Uint8Array
const set = (at: number, value: number) => image.map((byte, index) => (index === at ? value : byte))
const decode = compiled(bmp)

test.each<[string, Uint8Array, string | undefined]>([
  ["a small image", image, undefined],
  ["another magic", set(1, 0x4e), "layout/magic bfType"],
  ["a size that is not its own", set(2, 63), "layout/total-size bfSize"],
  ["pixels in the header", set(10, 20), "layout/pointer-range bfOffBits"],
  ["a width of 0", set(18, 0), "bmp/width biWidth"],
  ["16 bits of a pixel", set(28, 16), "layout/enumeration biBitCount"],
  ["more colors than there are bytes", set(48, 1), "layout/count-fits biClrUsed"],
  ["a color with a fourth byte", set(57, 1), "layout/constant palette[0].zero"],
])("%s is judged alike by the interpreter and the emitted decoder", (_, bytes, expected) => {
  const [first] = L.interpret(bmp, bytes).violations
  expect(first && `${first.rule} ${first.path}`).toBe(expected)
  expect(decode(bytes, { most: 0x100000 }, false)).toEqual(first ?? state)
})

test("its document says what it is", () => expect(L.describe(bmp)).toContain("| 14 | 4 | u32, always 40 | `biSize` |"))

test("what is generated for it is valid, or breaks what it names: each check, at each field", () => {
  const { broken = [] } = expectGenerated(bmp, { most: 0x10000 }, 1) ?? {}
  expect(new Set(broken)).toEqual(
    new Set([
      "layout/blob-limit ",
      "layout/fixed-part ",
      "layout/magic bfType",
      "layout/total-size bfSize",
      "layout/constant bfReserved",
      "layout/empty-pointer bfOffBits",
      "layout/pointer-range bfOffBits",
      "layout/gap bfOffBits",
      "layout/overlap bfOffBits",
      "layout/constant biSize",
      "bmp/width biWidth",
      "layout/constant biPlanes",
      "layout/enumeration biBitCount",
      "layout/enumeration biCompression",
      "layout/part-fits biSizeImage",
      "layout/count-fits biClrUsed",
      "layout/constant palette[].zero",
      "layout/trailing ",
    ]),
  )
})
