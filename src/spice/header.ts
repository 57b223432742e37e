import * as L from "../layout/index.js"

/** SpiceMigrateDataHeader: 8 bytes at the start of every blob (spice/server/migration-protocol.h). */
export const header = (text: string) => ({
  magic: L.magic(text, "The format, in ASCII."),
  version: L.version(1, "The format's version; 1 is the only one that was ever written."),
})
