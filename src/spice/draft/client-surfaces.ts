import * as L from "../../layout/index.js"
import { header } from "../header.js"
import { surfaceTableSize } from "../parameters.js"
import { maxDraftBytes } from "./parameters.js"

/** SpiceSurfaceFmt without INVALID (spice-protocol, enums.h:293-299). */
const formats = { a1: 1, a8: 8, rgb555: 16, xrgb32: 32, rgb565: 80, argb32: 96 }

const surface = L.struct(
  "A surface that the client has.",
  {
    id: L.u32("The surface's id.")
      .must(L.below(surfaceTableSize), {
        id: "draft-client-surfaces/id-in-table",
        code: "out-of-range",
        requirement: "A surface id must be below the receiver's surfaceTableSize.",
        consequence: "It indexes surface_client_created (dcc-private.h:63) unchecked: a write outside the object.",
      })
      .must((id) => L.below(L.previous(id, -1), id), {
        id: "draft-client-surfaces/ids-ascend",
        code: "not-canonical",
        requirement: "Surface ids must ascend strictly.",
        consequence:
          "restore_surface refuses a surface that is there already (dcc.cpp:1026-1029), and the check of its result aborts QEMU (dcc.cpp:1137).",
      }),
    format: L.enumeration(formats, "The format of its pixels.", L.u32),
    width: L.u32("Its width.", "pixels").must(L.above(0), {
      id: "draft-client-surfaces/width-not-zero",
      code: "out-of-range",
      requirement: "A surface must have a width.",
      consequence: "It can be no surface that a server created: what the client says of it holds for another one.",
    }),
    height: L.u32("Its height.", "pixels").must(L.above(0), {
      id: "draft-client-surfaces/height-not-zero",
      code: "out-of-range",
      requirement: "A surface must have a height.",
      consequence: "It can be no surface that a server created: what the client says of it holds for another one.",
    }),
    flags: L.bits(
      {
        primary: L.flag("It is the primary surface (SPICE_SURFACE_FLAGS_PRIMARY)."),
        streaming: L.flag("It shows a stream (SPICE_SURFACE_FLAGS_STREAMING_MODE)."),
        rest: L.reserved(6),
      },
      "What it is for (enums.h:286-287).",
    ),
  },
  ({ id, flags }) => [
    {
      id: "draft-client-surfaces/primary-is-first",
      code: "inconsistent",
      at: id,
      holds: L.any(L.all(L.equal(id, 0), L.equal(flags.primary, 1)), L.all(L.above(id, 0), L.equal(flags.primary, 0))),
      requirement: "The primary surface must be the one with id 0, and no other.",
      consequence: "The target draws for a primary surface that the client does not show.",
    },
  ],
)

/** What the client itself says that it has, so that the source need not: its word, so that the target can only compare it. */
export const clientSurfaces = L.layout("draft-client-surfaces", {
  title: "DraftClientSurfaces",
  doc: "The surfaces that a client reports. The client can lie: a target may trust what it can compare with the surfaces of its own display, and creates no surface by it. A proposal: no server of today writes or reads it.",
  limit: maxDraftBytes,
  fields: {
    ...header("MGCS"),
    surfaces: L.list(surface, { counted: "num_surfaces", doc: "In the order of their ids." }),
  },
})
