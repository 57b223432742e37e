import * as L from "../layout/index.js"
import { header } from "./header.js"
import { maxBlobBytes, maxMotionCount } from "./parameters.js"
import { structure } from "./structure.js"

/** SpiceMigrateDataInputs (spice/server/migration-protocol.h). */
export const inputs = L.layout("inputs", {
  title: "SpiceMigrateDataInputs",
  doc: "The count of unacknowledged mouse motions.",
  limit: maxBlobBytes(2048, "the target's buffer", 2048),
  checks: structure,
  fields: {
    ...header("ICMD"),
    motion_count: L.u16("Mouse motions that the source had not acknowledged yet.", "messages").must(
      L.atMost(maxMotionCount),
      {
        id: "inputs/motion-count-limit",
        code: "limit-exceeded",
        requirement: "The motion count must not exceed the receiver's maxMotionCount.",
        consequence: "The target sends one ack message for every 4 motions counted.",
        source: "spice-server 0.15.1, inputs-channel-client.cpp: InputsChannelClient::handle_migrate_data",
      },
    ),
  },
})

/**
 * The decoded state of an inputs channel.
 *
 * @since 0.1.0
 */
export interface InputsState extends L.State<typeof inputs> {}
