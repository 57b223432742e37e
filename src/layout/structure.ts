import type { Rule } from "../violation/violation.js"

/**
 * The checks that every layout makes by construction. Nobody writes them into a declaration and nobody can forget
 * them. The consequences are those of spice-server 0.15.1, read off its sources.
 */
export const structure = {
  argument: {
    id: "layout/argument",
    code: "wrong-type",
    requirement: "The input must be a Uint8Array over memory that no other thread can change; pass a copy.",
    consequence: "Bytes that change between the check and the use were never checked.",
  },
  blobLimit: {
    id: "layout/blob-limit",
    code: "limit-exceeded",
    requirement: "The blob must not be larger than the receiver's maxBlobBytes for its channel.",
    consequence:
      "display, spicevmc and smartcard channels allocate what the frame's size says; a failed allocation ends QEMU.",
  },
  fixedPart: {
    id: "layout/fixed-part",
    code: "truncated",
    requirement: "The blob must hold its whole fixed part.",
    consequence:
      "main and inputs drop the channel; spicevmc, smartcard and display end QEMU by an assertion or an error.",
  },
  magic: {
    id: "layout/magic",
    code: "bad-magic",
    requirement: "The magic must be the one of the channel that the blob is for.",
    consequence: "spice-server logs an error that ends QEMU.",
  },
  version: {
    id: "layout/version",
    code: "unsupported-version",
    requirement: "The version must be the only one that was ever written.",
    consequence: "Version 0 is taken as version 1; a higher one is an error that ends QEMU.",
  },
  boolean: {
    id: "layout/boolean",
    code: "not-canonical",
    requirement: "A boolean byte must be 0 or 1.",
    consequence: "Any non-zero byte is taken as true: one state would have 255 encodings.",
  },
  enumeration: {
    id: "layout/enumeration",
    code: "not-in-enum",
    requirement: "The byte must be a member of the enumeration that a server can have stored.",
    consequence: "It is cast to the C enumeration unchecked; a filter in an unknown state misjudges the next message.",
  },
  emptyPointer: {
    id: "layout/empty-pointer",
    code: "not-canonical",
    requirement: "The pointer to an empty part must be 0.",
    consequence: "It is ignored, so that one state would have many encodings.",
  },
  pointerRange: {
    id: "layout/pointer-range",
    code: "bad-pointer",
    requirement: "A pointer must point behind the fixed part and inside the blob.",
    consequence: "It is added to the message's address unchecked: a read anywhere within 4 GiB.",
  },
  overlap: {
    id: "layout/overlap",
    code: "overlap",
    requirement: "A part must begin where the part before it ends, not inside it.",
    consequence: "The same bytes are taken twice, as two different things.",
  },
  gap: {
    id: "layout/gap",
    code: "unclaimed-bytes",
    requirement: "A part must begin where the part before it ends, with no bytes in between.",
    consequence: "Bytes that no field claims pass unseen.",
  },
  partFits: {
    id: "layout/part-fits",
    code: "truncated",
    requirement: "A part must end inside the blob.",
    consequence: "memcpy reads beyond the message: a leak of heap memory into the device, or SIGSEGV.",
  },
  countFits: {
    id: "layout/count-fits",
    code: "count-exceeds-data",
    requirement: "The entries that the count promises must lie inside the blob.",
    consequence: "The loop over the list runs off the message's end.",
  },
  trailing: {
    id: "layout/trailing",
    code: "unclaimed-bytes",
    requirement: "Nothing may follow the last part.",
    consequence: "Bytes that no field claims pass unseen.",
  },
  valueType: {
    id: "layout/value-type",
    code: "wrong-type",
    requirement: "A member of the state to encode must have the type that the layout declares.",
    consequence: "It has no encoding.",
  },
  valueRange: {
    id: "layout/value-range",
    code: "out-of-range",
    requirement: "A number of the state to encode must fit the field's width.",
    consequence: "It would be cut to the field's width and read back as another number.",
  },
  valueForm: {
    id: "layout/value-form",
    code: "inconsistent",
    requirement: "A member with two forms must have the one that its bytes are read back in.",
    consequence: "Its bytes would be read back as another state.",
  },
} as const satisfies Record<string, Rule>

/** Which check a pointer fails that is not at `cursor`, where its part must begin. All in bytes of the blob. */
export const misplaced = (pointer: number, fixedSize: number, cursor: number, size: number): Rule => {
  if (pointer < fixedSize || pointer >= size) return structure.pointerRange
  return pointer < cursor ? structure.overlap : structure.gap
}
