import * as L from "../../layout/index.js"
import { header } from "../header.js"
import { maxDraftBytes } from "./parameters.js"
import { region } from "./region.js"

/**
 * What of the primary surface the client has lossily, as a region: SpiceMigrateDataDisplay has its extents only
 * (dcc-send.cpp:1766), which call lossless areas lossy, so that the target sends them again.
 */
export const lossyRegion = L.layout("draft-lossy-region", {
  title: "DraftLossyRegion",
  doc: "The lossy region of the primary surface. A proposal: no server of today writes or reads it.",
  limit: maxDraftBytes,
  fields: {
    ...header("MGLR"),
    width: L.u32("The primary surface's width when it was written.", "pixels"),
    height: L.u32("Its height.", "pixels"),
    lossy: region("What of the surface the client has lossily (surface_client_lossy_region[0], dcc-private.h:64)."),
  },
  rules: ({ width, height }) => [
    {
      id: "draft-lossy-region/surface-not-empty",
      code: "out-of-range",
      at: width,
      holds: L.all(L.below(0, width), L.below(0, height)),
      requirement: "The primary surface must have a width and a height.",
      consequence:
        "A target cannot tell whether the region is of the surface that it has: the guest may have changed its mode meanwhile.",
    },
  ],
})
