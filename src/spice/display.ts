import * as L from "../layout/index.js"
import { header } from "./header.js"
import { glzMaxPixels, jpegWanCompression, maxBlobBytes, maxEncoders, surfaceTableSize } from "./parameters.js"
import { structure } from "./structure.js"

const surface = {
  id: L.u32("The surface's index in the server's table.")
    .must(L.below(surfaceTableSize), {
      id: "display/surface-id-in-table",
      code: "out-of-range",
      requirement: "A surface id must be below the receiver's surfaceTableSize.",
      consequence: "It indexes two arrays of fixed length: a write outside the object.",
      source: "spice-server 0.15.1, dcc.cpp: restore_surface; display-limits.h: NUM_SURFACES",
    })
    .must((id) => L.below(L.previous(id, -1), id), {
      id: "display/surface-ids-ascend",
      code: "not-canonical",
      requirement: "Surface ids must ascend strictly: the writer walks a table.",
      consequence: "A repeated id fails an assertion, which aborts QEMU.",
      source: "spice-server 0.15.1, dcc.cpp: restore_surface, DisplayChannelClient::handle_migrate_data",
    }),
}

/** One entry of a list with lossy regions; the columns of the decoded list are in this order. */
export const lossySurface = {
  ...surface,
  left: L.i32("The lossy region's left edge, inside.", "pixels"),
  top: L.i32("Its top edge, inside.", "pixels"),
  right: L.i32("Its right edge, outside.", "pixels"),
  bottom: L.i32("Its bottom edge, outside.", "pixels"),
}

const lossless = L.struct("A surface that the client has.", surface)

const lossy = L.struct("A surface that the client has, with what of it is lossy.", lossySurface, (region) => [
  {
    id: "display/lossy-region-ordered",
    code: "inconsistent",
    at: region.left,
    holds: L.any(
      L.all(L.below(region.left, region.right), L.below(region.top, region.bottom)),
      L.all(L.equal(region.left, region.right), L.equal(region.top, region.bottom)),
    ),
    requirement: "A lossy region must be empty, or its left be less than its right and its top less than its bottom.",
    consequence: "The rectangle is dropped: what the client has lossily counts as lossless.",
    source: "spice-server 0.15.1, dcc.cpp: restore_surfaces_lossy",
  },
])

/** How the target reads the list: by its own setting, or by the blob's where that is `auto`. */
const readAsLossy = L.any(
  L.equal(jpegWanCompression, "always"),
  L.all(L.equal(jpegWanCompression, "auto"), L.equal(L.field("low_bandwidth_setting"), 1)),
)

const glz = L.struct("The GLZ dictionary, which displays with one glz_dict_id share.", {
  size: L.u32("The window's size.", "pixels").must(L.atMost(glzMaxPixels), {
    id: "display/glz-size-limit",
    code: "limit-exceeded",
    requirement: "The GLZ window must not exceed the receiver's glzMaxPixels.",
    consequence: "The dictionary is not restored, which aborts QEMU.",
    source:
      "spice-server 0.15.1, dcc.cpp: dcc_handle_migrate_glz_dictionary; glz-encoder-dict.c: glz_enc_dictionary_restore",
  }),
  max_encoders: L.u32("Encoders that share the dictionary.", "encoders").must(L.equal(maxEncoders), {
    id: "display/glz-max-encoders",
    code: "out-of-range",
    requirement: "The number of encoders must be the receiver's maxEncoders.",
    consequence: "It multiplies an allocation that is not checked and bounds a loop over it.",
    source: "spice-server 0.15.1, glz-encoder-dict.c: glz_enc_dictionary_restore; image-encoders.cpp: MAX_LZ_ENCODERS",
  }),
  last_image_id: L.u64("The id of the image encoded last. Only a session can tell whether it is true."),
})

/** SpiceMigrateDataDisplay (spice/server/migration-protocol.h). */
export const display = L.layout("display", {
  title: "SpiceMigrateDataDisplay",
  doc: "The caches of a display channel and the surfaces that its client has.",
  limit: maxBlobBytes(20564, "a fixed part and 1024 lossy entries"),
  checks: structure,
  fields: {
    ...header("DCMD"),
    message_serial: L.u64(
      "The serial of the message that carries this blob: one more than the source had sent before it.",
    ),
    low_bandwidth_setting: L.boolean("Whether the source took the client's line for slow."),
    pixmap_cache_id: L.u8("The client's pixmap cache that the channel uses."),
    pixmap_cache_size: L.i64("The size of that cache.", "pixels").must(L.atLeast(0), {
      id: "display/pixmap-cache-size-not-negative",
      code: "out-of-range",
      requirement: "The pixmap cache's size must not be negative.",
      consequence:
        "The cache stays frozen on the target. A source writes -1 only when it migrates again before its own cache was thawed.",
      source: "spice-server 0.15.1, dcc.cpp: DisplayChannelClient::handle_migrate_data",
    }),
    pixmap_cache_freezer: L.boolean("Whether this channel froze the cache and has to thaw it."),
    pixmap_cache_clients: L.array(
      L.u64("For each display channel, the serial of the last message that used the cache; 0 where there is none."),
      4,
    ),
    glz_dict_id: L.u8("The dictionary that the channel uses."),
    glz,
    surfaces_at_client_ptr: L.pointerTo(
      "surfaces",
      L.table({ lossy: [readAsLossy, lossy], lossless }, { counted: "num_surfaces" }),
      "The surfaces that the client has; the list always has its count.",
    ),
  },
})

/**
 * The decoded state of a display channel. `surfaces` is columnar: one array, column after column; surfacesOf gives objects.
 *
 * @since 0.1.0
 */
export interface DisplayState extends L.State<typeof display> {}
