import { expect, test } from "vitest"
import * as L from "../../../src/layout/index.js"
import { compiled } from "../../support/compiled.js"
import { expectGenerated } from "../../support/generated.js"

/** The head of a 64-bit ELF file and its table of sections (elf.h), without the sections' content. */
const elf = L.layout("elf", {
  title: "Elf64_Ehdr",
  doc: "An ELF file that is nothing but its table of sections.",
  limit: 0x10000,
  fields: {
    ei_mag: L.magic("\x7fELF", "The format."),
    ei_class: L.constant(2, "64 bits.", L.u8),
    ei_data: L.constant(1, "Little-endian.", L.u8),
    ei_version: L.version(1, "The version.", L.u8),
    ei_osabi: L.u8("The operating system."),
    ei_pad: L.constant(0, "Padding.", L.u64),
    e_type: L.enumeration({ none: 0, rel: 1, exec: 2, dyn: 3, core: 4 }, "The kind of file.", L.u16),
    e_machine: L.u16("The processor."),
    e_version: L.version(1, "The version."),
    e_entry: L.u64("Where it begins."),
    e_phoff: L.constant(0, "No segments.", L.u64),
    e_shoff: L.pointerTo("sections", L.list(section()), "The table of sections.", L.u64),
    e_flags: L.u32("Flags of the processor."),
    e_ehsize: L.constant(64, "The size of this header.", L.u16),
    e_phentsize: L.u16("The size of a segment's entry."),
    e_phnum: L.constant(0, "No segments.", L.u16),
    e_shentsize: L.constant(64, "The size of a section's entry.", L.u16),
    e_shnum: L.countOf("sections", "How many sections there are.", L.u16),
    e_shstrndx: L.u16("The section that has the names."),
  },
})

function section() {
  return L.struct("A section.", {
    sh_name: L.u32("Its name."),
    sh_type: L.u32("Its kind."),
    sh_flags: L.bits(
      {
        write: L.flag("Writable."),
        alloc: L.flag("In memory."),
        exec: L.flag("Code."),
        rest: L.reserved(29),
        more: L.reserved(32),
      },
      "Its flags.",
      L.u64,
    ),
    sh_addr: L.u64("Its address."),
    sh_offset: L.u64("Its place."),
    sh_size: L.u64("Its size.", "bytes"),
    sh_link: L.u32("Another section."),
    sh_info: L.u32("More of it."),
    sh_addralign: L.u64("Its alignment."),
    sh_entsize: L.u64("The size of its entries."),
  })
}

const one = {
  sh_name: 1,
  sh_type: 1,
  sh_flags: { write: false, alloc: true, exec: true },
  sh_addr: 0x400000n,
  sh_offset: 0x1000n,
  sh_size: 2n ** 40n,
  sh_link: 0,
  sh_info: 0,
  sh_addralign: 16n,
  sh_entsize: 0n,
}
const state = {
  ei_osabi: 0,
  e_type: "exec",
  e_machine: 62,
  e_entry: 0x400000n,
  e_flags: 0,
  e_phentsize: 0,
  e_shstrndx: 0,
  sections: [one, one],
}

const file = L.encode(elf, state) as Uint8Array
const decode = compiled(elf)
const set = (at: number, value: number) => file.map((byte, index) => (index === at ? value : byte))

test.each<[string, Uint8Array, string | undefined]>([
  ["two sections", file, undefined],
  ["a table that is elsewhere", set(40, 65), "layout/gap e_shoff"],
  ["a table beyond 2^32", set(45, 1), "layout/pointer-range e_shoff"],
  ["more sections than there are bytes", set(60, 3), "layout/count-fits e_shnum"],
  ["a flag that is reserved", set(64 + 8, 8 + 6), "layout/reserved-bits sections[0].sh_flags"],
  ["32 bits", set(4, 1), "layout/constant ei_class"],
])("%s is judged alike by the interpreter and the emitted decoder", (_, bytes, expected) => {
  const { violations, state: decoded } = L.interpret(elf, bytes)
  expect(violations[0] && `${violations[0].rule} ${violations[0].path}`).toBe(expected)
  if (expected === undefined) expect(decoded).toEqual(state)
  expect(decode(bytes, {}, false)).toEqual(violations[0] ?? state)
})

test("its document says what it is", () => expect(L.describe(elf)).toContain("| 40 | 8 | u64 offset | `e_shoff` |"))

test("what is generated for it is valid, or breaks what it names: each check, at each field", () => {
  const { broken = [] } = expectGenerated(elf, {}, 1) ?? {}
  expect(new Set(broken)).toEqual(
    new Set([
      "layout/fixed-part ",
      "layout/magic ei_mag",
      "layout/constant ei_class",
      "layout/constant ei_data",
      "layout/version ei_version",
      "layout/constant ei_pad",
      "layout/enumeration e_type",
      "layout/version e_version",
      "layout/constant e_phoff",
      "layout/empty-pointer e_shoff",
      "layout/pointer-range e_shoff",
      "layout/gap e_shoff",
      "layout/constant e_ehsize",
      "layout/constant e_phnum",
      "layout/constant e_shentsize",
      "layout/count-fits e_shnum",
      "layout/reserved-bits sections[].sh_flags",
      "layout/trailing ",
    ]),
  )
})
