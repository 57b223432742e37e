import * as L from "../../layout/index.js"
import { header } from "../header.js"
import { surfaceTableSize } from "../parameters.js"
import { maxDraftBytes } from "./parameters.js"
import { region } from "./region.js"

const surface = L.struct("An off-screen surface that the client has.", {
  id: L.u32("The surface's index in the server's table.")
    .must(L.below(surfaceTableSize), {
      id: "draft-surfaces/id-in-table",
      code: "out-of-range",
      requirement: "A surface id must be below the receiver's surfaceTableSize.",
      consequence:
        "It indexes surface_client_created and surface_client_lossy_region (dcc-private.h:63-64) unchecked: a write outside the object.",
    })
    .must((id) => L.below(L.previous(id, 0), id), {
      id: "draft-surfaces/ids-ascend",
      code: "not-canonical",
      requirement:
        "Surface ids must ascend strictly from 1 on: 0 is the primary surface, which has a format of its own.",
      consequence:
        "restore_surface refuses a surface that is there already (dcc.cpp:1026-1029), and the check of its result aborts QEMU (dcc.cpp:1137).",
    }),
  lossy: region("What of the surface the client has lossily."),
})

/** The off-screen surfaces of a client, each with its region instead of its extents (MigrateDisplaySurfacesAtClientLossy). */
export const surfaces = L.layout("draft-surfaces", {
  title: "DraftSurfaces",
  doc: "The off-screen surfaces that a client has, with the lossy region of each. A proposal: no server of today writes or reads it.",
  limit: maxDraftBytes,
  fields: {
    ...header("MGSF"),
    surfaces: L.list(surface, { counted: "num_surfaces", doc: "In the order of the server's table." }),
  },
})
