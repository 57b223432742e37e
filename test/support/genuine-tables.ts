import { changed, type FieldTable } from "./field-table.js"

/**
 * Every byte of the eight captures, read by eye from a hexdump. A row per field that has bytes; empty variable parts have
 * no row.
 */

export const mainBaseTable: FieldTable = [
  ["magic", 0, 4, "MNMD"],
  ["version", 4, 4, 1],
  ["agent_base.version", 8, 4, 1],
  ["agent_base.connected", 12, 1, 0],
  ["agent_base.num_client_tokens", 13, 4, 0],
  ["agent_base.num_send_tokens", 17, 4, 0],
  ["agent_base.write_size", 21, 4, 0],
  ["agent_base.write_num_client_tokens", 25, 4, 0],
  ["agent_base.write_data_ptr", 29, 4, 0],
  ["client_agent_started", 33, 1, 0],
  ["agent2client.chunk_header_size", 34, 4, 0],
  ["agent2client.chunk_header.port", 38, 4, 0],
  ["agent2client.chunk_header.size", 42, 4, 0],
  ["agent2client.msg_header_done", 46, 1, 0],
  ["agent2client.msg_header_partial_len", 47, 4, 0],
  ["agent2client.msg_header_ptr", 51, 4, 0],
  ["agent2client.msg_remaining", 55, 4, 0],
  ["agent2client.msg_filter_result", 59, 1, 0],
  ["client2agent.msg_remaining", 60, 4, 0],
  ["client2agent.msg_filter_result", 64, 1, 0],
]

export const mainAgentTable: FieldTable = [
  ...changed(mainBaseTable, {
    "agent_base.connected": 1,
    "agent_base.num_client_tokens": 9,
    "agent_base.num_send_tokens": 0xffffffff,
    "agent_base.write_size": 35,
    "agent_base.write_num_client_tokens": 1,
    "agent_base.write_data_ptr": 65,
    client_agent_started: 1,
  }),
  [
    "agent_base.write_data",
    65,
    35,
    [
      0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x77, 0x50, 0x03, 0x00,
    ],
  ],
]

export const displaySecondHeadTable: FieldTable = [
  ["magic", 0, 4, "DCMD"],
  ["version", 4, 4, 1],
  ["message_serial", 8, 8, 5n],
  ["low_bandwidth_setting", 16, 1, 0],
  ["pixmap_cache_id", 17, 1, 1],
  ["pixmap_cache_size", 18, 8, 0x1400000n],
  ["pixmap_cache_freezer", 26, 1, 1],
  ["pixmap_cache_clients.0", 27, 8, 0n],
  ["pixmap_cache_clients.1", 35, 8, 0n],
  ["pixmap_cache_clients.2", 43, 8, 0n],
  ["pixmap_cache_clients.3", 51, 8, 0n],
  ["glz_dict_id", 59, 1, 1],
  ["glz.size", 60, 4, 0x5ffc00],
  ["glz.max_encoders", 64, 4, 4],
  ["glz.last_image_id", 68, 8, 0x23n],
  ["surfaces_at_client_ptr", 76, 4, 80],
  ["num_surfaces", 80, 4, 0],
]

export const displayLosslessTable: FieldTable = [
  ...changed(displaySecondHeadTable, { message_serial: 18n, "glz.last_image_id": 8n, num_surfaces: 1 }),
  ["surfaces.0.id", 84, 4, 0],
]

export const displayBaseTable: FieldTable = [
  ...changed(displayLosslessTable, { message_serial: 19n, "glz.last_image_id": 9n }),
  ["surfaces.0.left", 88, 4, 0],
  ["surfaces.0.top", 92, 4, 0],
  ["surfaces.0.right", 96, 4, 0],
  ["surfaces.0.bottom", 100, 4, 0],
]

export const inputsBaseTable: FieldTable = [
  ["magic", 0, 4, "ICMD"],
  ["version", 4, 4, 1],
  ["motion_count", 8, 2, 0],
]

export const usbredirBaseTable: FieldTable = [
  ["magic", 0, 4, "SVMD"],
  ["version", 4, 4, 1],
  ["base.version", 8, 4, 1],
  ["base.connected", 12, 1, 1],
  ["base.num_client_tokens", 13, 4, 0xffffffff],
  ["base.num_send_tokens", 17, 4, 0xffffffff],
  ["base.write_size", 21, 4, 0],
  ["base.write_num_client_tokens", 25, 4, 0],
  ["base.write_data_ptr", 29, 4, 0],
]

export const smartcardBaseTable: FieldTable = [
  ["magic", 0, 4, "SCMD"],
  ["version", 4, 4, 1],
  ["base.version", 8, 4, 1],
  ["base.connected", 12, 1, 1],
  ["base.num_client_tokens", 13, 4, 0xffffffff],
  ["base.num_send_tokens", 17, 4, 0xffffffff],
  ["base.write_size", 21, 4, 0],
  ["base.write_num_client_tokens", 25, 4, 0],
  ["base.write_data_ptr", 29, 4, 0],
  ["reader_added", 33, 1, 0],
  ["read_size", 34, 4, 0],
  ["read_data_ptr", 38, 4, 0],
]
