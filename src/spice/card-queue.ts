import * as L from "../layout/index.js"

/** Bytes of a VSCMsgHeader (libcacard, vscard_common.h). */
export const cardHeaderSize = 12

/**
 * The types of message that spice-server 0.15.1 writes to a reader (libcacard, vscard_common.h;
 * spice/server/smartcard-channel-client.cpp). VSC_Init, which is the one before them, it keeps to itself.
 */
const types = { error: 2, "reader-add": 3, "reader-remove": 4, atr: 5, "card-remove": 6, apdu: 7 }

/**
 * Whether the write queue of a smartcard can be what a server wrote: whole messages back to back, from the first byte to
 * the last. Nothing is left of one before: a reader takes whatever it has room for, and that is all or, for good, nothing.
 * Of less than a header nothing is said here; there is a rule for it.
 */
export const cardMessagesFit = L.chain("cardMessagesFit", {
  doc: "Whether a queue is whole messages, of types that a server writes, from its first byte to its last.",
  header: L.struct("VSCMsgHeader (libcacard, vscard_common.h).", {
    type: L.enumeration(types, "The kind of message.", L.u32be),
    reader_id: L.u32be("The reader that it is for."),
    length: L.u32be("The size of what follows the header.", "bytes"),
  }),
  length: "length",
  most: 0xffffffff,
  begins: "whole",
})
