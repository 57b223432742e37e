import { all, any, atMost, below, equal, not, previous } from "../layout/expression.js"
import {
  array,
  boolean,
  countedList,
  i32,
  i64,
  type Layout,
  pointerTo,
  type Refs,
  type StateOf,
  struct,
  u8,
  u32,
  u64,
} from "../layout/language.js"
import { header } from "./header.js"
import { receiver } from "./receiver.js"

const surface = { id: u32("The surface's index in the server's table.") }

/** One entry of a list with lossy regions; the columns of the decoded list are in this order. */
export const lossySurface = {
  ...surface,
  left: i32("The lossy region's left edge, inside.", "pixels"),
  top: i32("Its top edge, inside.", "pixels"),
  right: i32("Its right edge, outside.", "pixels"),
  bottom: i32("Its bottom edge, outside.", "pixels"),
}

const surfaceRules = ({ id }: Refs<typeof surface>) =>
  [
    {
      id: "display/surface-id-in-table",
      code: "out-of-range",
      at: id,
      holds: below(id, receiver("surfaceTableSize")),
      requirement: "A surface id must be below the receiver's surfaceTableSize.",
      consequence: "It indexes two arrays of fixed length: a write outside the object.",
    },
    {
      id: "display/surface-ids-ascend",
      code: "not-canonical",
      at: id,
      holds: below(previous(id, -1), id),
      requirement: "Surface ids must ascend strictly: the writer walks a table.",
      consequence: "A repeated id fails an assertion, which aborts QEMU.",
    },
  ] as const

const lossless = struct("A surface that the client has.", surface, surfaceRules)

const lossy = struct("A surface that the client has, with what of it is lossy.", lossySurface, (entry) => [
  ...surfaceRules(entry),
  {
    id: "display/lossy-region-ordered",
    code: "inconsistent",
    at: entry.left,
    holds: any(
      all(equal(entry.left, entry.right), equal(entry.top, entry.bottom)),
      all(below(entry.left, entry.right), below(entry.top, entry.bottom)),
    ),
    requirement: "A lossy region must be empty, or its left be less than its right and its top less than its bottom.",
    consequence: "The rectangle is dropped: what the client has lossily counts as lossless.",
  },
])

const glz = struct(
  "The GLZ dictionary, which displays with one glz_dict_id share.",
  {
    size: u32("The window's size.", "pixels"),
    max_encoders: u32("Encoders that share the dictionary.", "encoders"),
    last_image_id: u64("The id of the image encoded last. Only a session can tell whether it is true."),
  },
  (dictionary) => [
    {
      id: "display/glz-size-limit",
      code: "limit-exceeded",
      at: dictionary.size,
      holds: atMost(dictionary.size, receiver("glzMaxPixels")),
      requirement: "The GLZ window must not exceed the receiver's glzMaxPixels.",
      consequence: "The dictionary is not restored, which aborts QEMU.",
    },
    {
      id: "display/glz-max-encoders",
      code: "out-of-range",
      at: dictionary.max_encoders,
      holds: equal(dictionary.max_encoders, receiver("maxEncoders")),
      requirement: "The number of encoders must be the receiver's maxEncoders.",
      consequence: "It multiplies an allocation that is not checked and bounds a loop over it.",
    },
  ],
)

const low_bandwidth_setting = boolean("Whether the source took the client's line for slow.")

/** How the target reads the list: by its own setting, or by the blob's where that is `auto`. */
const readAsLossy = any(
  equal(receiver("jpegWanCompression"), "always"),
  all(equal(receiver("jpegWanCompression"), "auto"), equal({ op: "field", path: "low_bandwidth_setting" }, 1)),
)

const fields = {
  ...header("DCMD"),
  message_serial: u64("The serial of the message that carries this blob: one more than the source had sent before it."),
  low_bandwidth_setting,
  pixmap_cache_id: u8("The client's pixmap cache that the channel uses."),
  pixmap_cache_size: i64("The size of that cache.", "pixels"),
  pixmap_cache_freezer: boolean("Whether this channel froze the cache and has to thaw it."),
  pixmap_cache_clients: array(
    u64("For each display channel, the serial of the last message that used the cache; 0 where there is none."),
    4,
  ),
  glz_dict_id: u8("The dictionary that the channel uses."),
  glz,
  surfaces_at_client_ptr: pointerTo(
    "surfaces",
    countedList("num_surfaces", readAsLossy, { lossy, lossless }),
    "The surfaces that the client has; the list always has its count.",
  ),
}

/** SpiceMigrateDataDisplay (spice/server/migration-protocol.h). */
export const display: Layout<typeof fields> = {
  format: "display",
  title: "SpiceMigrateDataDisplay",
  struct: struct("The caches of a display channel and the surfaces that its client has.", fields, (blob) => [
    {
      id: "display/pixmap-cache-size-not-negative",
      code: "out-of-range",
      at: blob.pixmap_cache_size,
      holds: not(below(blob.pixmap_cache_size, 0n)),
      requirement: "The pixmap cache's size must not be negative.",
      consequence:
        "The cache stays frozen on the target. A source writes -1 only when it migrates again before its own cache was thawed.",
    },
  ]),
}

/**
 * The decoded state of a display channel. `surfaces` is columnar: one array, column after column; surfacesOf gives objects.
 *
 * @since 0.1.0
 */
export interface DisplayState extends StateOf<typeof fields> {}
