import * as L from "../../layout/index.js"

/**
 * A region as pixman keeps it (pixman-region.c; QRegion in spice-common, region.h:30): rectangles in bands from top to
 * bottom, inside a band from left to right. It belongs to drafts: nothing of this folder is sent to a server of today.
 */

/** No coordinate of a rectangle is below this, so that the first one has room above it. */
const lowest = -0x80000000

const rectangle = L.struct(
  "A rectangle of the region.",
  {
    left: L.i32("Its left edge, inside.", "pixels"),
    top: L.i32("Its top edge, inside.", "pixels"),
    right: L.i32("Its right edge, outside.", "pixels"),
    bottom: L.i32("Its bottom edge, outside.", "pixels"),
  },
  ({ left, top, right, bottom }) => [
    {
      id: "draft-region/rectangle-on-surface",
      code: "out-of-range",
      at: left,
      holds: L.all(L.atLeast(left, 0), L.atLeast(top, 0)),
      requirement: "A rectangle must begin on the surface: no edge is left of it or above it.",
      consequence:
        "The region is intersected with areas to draw (dcc-send.cpp:106-116), whose extents then lie outside the canvas.",
    },
    {
      id: "draft-region/rectangle-not-empty",
      code: "inconsistent",
      at: right,
      holds: L.all(L.below(left, right), L.below(top, bottom)),
      requirement: "A rectangle must have a left edge less than its right and a top less than its bottom.",
      consequence:
        "pixman's operations walk bands by their edges: on an empty one they go on with the next band's numbers.",
    },
    {
      id: "draft-region/rectangles-banded",
      code: "not-canonical",
      at: top,
      holds: L.any(
        L.atMost(L.previous(bottom, lowest), top),
        L.all(
          L.equal(L.previous(top, lowest), top),
          L.equal(L.previous(bottom, lowest), bottom),
          L.below(L.previous(right, lowest), left),
        ),
      ),
      requirement:
        "A rectangle must lie below the band before it, or in the band of the one before it, to the right of that and apart from it.",
      consequence:
        "pixman takes the boxes of a region for sorted and disjoint: a union or difference (dcc-send.cpp:585-596) of others loses areas, so that what the client has lossily counts as lossless.",
    },
  ],
)

/** The rectangles of a region, behind their count. */
export const region = (doc: string) => L.table({ rectangles: rectangle }, { counted: "num_rectangles", doc })
