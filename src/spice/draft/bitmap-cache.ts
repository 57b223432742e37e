import * as L from "../../layout/index.js"
import { header } from "../header.js"
import { maxDraftBytes } from "./parameters.js"

const bitmap = L.struct("A bitmap that the client keeps.", {
  id: L.u64("The bitmap's id, which the guest's driver gave it.").must((id) => L.below(L.previous(id, 0), id), {
    id: "draft-bitmap-cache/ids-ascend",
    code: "not-canonical",
    requirement: "Bitmap ids must ascend strictly; 0 stands for none.",
    consequence:
      "A second item of one id is put in front of the first in the hash table (NewCacheItem.next, pixmap-cache.h:37): removing one leaves the other, and the client is sent a reference to what it has dropped.",
  }),
  size: L.u32("How many pixels the bitmap counts in the cache.", "pixels").must(L.above(0), {
    id: "draft-bitmap-cache/size-not-zero",
    code: "out-of-range",
    requirement: "A bitmap must have a size.",
    consequence: "It takes nothing of the cache's room (dcc.cpp:765), so that any number of them fit.",
  }),
  last_use: L.u64(
    "The number of its last use, among all uses of the cache from the first on: its place in the LRU ring.",
    "uses",
  ),
  sync: L.array(
    L.u64(
      "For each display channel of the client, the serial of the last message that used the bitmap; 0 where there is none.",
    ),
    4,
  ),
  lossy: L.boolean("Whether the client has it lossily (NewCacheItem.lossy, pixmap-cache.h:41)."),
})

/** The pixmap cache that a client's display channels share (PixmapCache, pixmap-cache.h:44-66), which a migration empties today. */
export const bitmapCache = L.layout("draft-bitmap-cache", {
  title: "DraftBitmapCache",
  doc: "The bitmaps in the cache of one client. That their sizes together fit the cache, only the receiver can check. A proposal: no server of today writes or reads it.",
  limit: maxDraftBytes,
  fields: {
    ...header("MGBC"),
    cache_id: L.u8("Which of the client's caches it is (PixmapCache.id)."),
    size: L.i64("The size of the cache.", "pixels").must(L.atLeast(0), {
      id: "draft-bitmap-cache/cache-size-not-negative",
      code: "out-of-range",
      requirement: "The cache's size must not be negative.",
      consequence: "A negative size is the mark of a frozen cache (dcc.cpp:1090-1095): it would never be thawed.",
    }),
    generation: L.u32("How often the cache was reset (PixmapCache.generation, pixmap-cache.h:58).", "resets"),
    bitmaps: L.list(bitmap, { counted: "num_bitmaps", doc: "In the order of their ids." }),
  },
})
