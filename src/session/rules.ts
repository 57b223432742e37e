import type { Rule } from "../violation/violation.js"

/**
 * The rules of a session: what the order of messages, and data of several channels, can break. What a target does
 * without a rule was measured (docs/exposure.md) or is read off the sources of spice-server 0.15.1.
 */
export const sessionRules = {
  knownSession: {
    id: "session/known-id",
    code: "out-of-order",
    requirement: "A channel must be linked with the connection id of a session whose main channel is linked.",
    consequence: "spice-server refuses the link; the guard could not tell whether the channel awaits data.",
    source: "spice-server 0.15.1, reds.cpp: reds_handle_other_links",
  },
  mainOpen: {
    id: "session/main-open",
    code: "out-of-order",
    requirement: "Nothing may be sent on a channel whose session's main channel has closed.",
    consequence: "The state of the session is gone: a MIGRATE_FLUSH_MARK that arrives before the close crashes QEMU.",
    source: "spice-server 0.15.1, red-channel-client.cpp: RedChannelClient::handle_message",
  },
  linked: {
    id: "session/linked-first",
    code: "out-of-order",
    requirement: "Nothing may be sent on a channel before the server has accepted its link.",
    consequence: "The guard would judge messages that the server may never take.",
    source: "spice-server 0.15.1, reds.cpp: reds_handle_link",
  },
  channelOnce: {
    id: "session/channel-once",
    code: "out-of-order",
    requirement: "A channel must not be linked while the session has it, nor a second one on the same connection.",
    consequence: "spice-server drops the second one, and which of two is the one that awaits data is not known.",
    source: "spice-server 0.15.1, red-client.cpp: RedClient::add_channel",
  },
  oneMigration: {
    id: "session/one-migration",
    code: "out-of-order",
    requirement:
      "A main channel must not be linked while the session of another one migrates: while a machine can be on its way, and 30 s longer.",
    consequence:
      "spice-server drops the session that migrates, whose data is lost (reds.cpp:1808). One that says that it migrates too shares its flag: a channel linked next fails an assertion, which crashes QEMU (reds.cpp:2029).",
    source: "spice-server 0.15.1, reds.cpp: reds_handle_main_link, reds_handle_other_links",
  },
  idOnce: {
    id: "session/id-once",
    code: "out-of-order",
    requirement:
      "A main channel must not be linked with the connection id of a session whose main channel the server has not closed yet.",
    consequence:
      "Which of two sessions a channel with this id belongs to is a race: it is judged by one and linked to the other.",
    source: "spice-server 0.15.1, main-channel.cpp: MainChannel::get_client_by_link_id",
  },
  channelBeforeData: {
    id: "session/channel-before-data",
    code: "out-of-order",
    requirement: "In a session that migrates, a channel with data must be linked before the first data is sent.",
    consequence:
      "Whether the server takes it for one that awaits data is a race, and one that does is ended by ordinary messages.",
    source: "spice-server 0.15.1, red-client.cpp: RedClient::set_migration_seamless",
  },
  machineAwaited: {
    id: "session/machine-awaited",
    code: "out-of-order",
    requirement: "MIGRATE_DST_DO_SEAMLESS must come to a server that awaits a machine, not to one whose machine runs.",
    consequence:
      "spice-server acknowledges it all the same, and data on main then fails an assertion, which crashes QEMU (char-device.cpp:674).",
    source:
      "spice-server 0.15.1, reds.cpp: reds_on_migrate_dst_set_seamless; char-device.cpp: RedCharDevice::client_remove",
  },
  seamlessOnMain: {
    id: "session/seamless-on-migrating-main",
    code: "wrong-channel",
    requirement: "MIGRATE_DST_DO_SEAMLESS must come on a main channel that was linked with a connection id.",
    consequence: "An assertion crashes QEMU (red-client.cpp:45), in any session.",
    source: "spice-server 0.15.1, red-client.cpp: RedClient::set_migration_seamless",
  },
  seamlessOnce: {
    id: "session/seamless-once",
    code: "out-of-order",
    requirement: "MIGRATE_DST_DO_SEAMLESS must come once, and not after MIGRATE_END.",
    consequence:
      "After MIGRATE_END an assertion crashes QEMU (red-client.cpp:45); with another version, the next channel's link does (reds.cpp:2025).",
    source: "spice-server 0.15.1, red-client.cpp: RedClient::set_migration_seamless; reds.cpp: reds_handle_other_links",
  },
  seamlessVersion: {
    id: "session/seamless-version",
    code: "unsupported-version",
    requirement: "MIGRATE_DST_DO_SEAMLESS must carry version 1 of the migration's protocol.",
    consequence: "Version 0, which nobody ever spoke, is acknowledged.",
    source: "spice-server 0.15.1, reds.cpp: reds_on_migrate_dst_set_seamless",
  },
  seamlessSize: {
    id: "session/seamless-size",
    code: "inconsistent",
    requirement: "MIGRATE_DST_DO_SEAMLESS must have 4 bytes: a version.",
    consequence: "Bytes that no field claims pass unseen.",
    source: "spice-common 0.15.1, spice.proto: migrate_dst_do_seamless",
  },
  endNotSeamless: {
    id: "session/end-not-seamless",
    code: "out-of-order",
    requirement:
      "MIGRATE_END must come once, on main of a migration for which no seamless one was asked, or none acknowledged.",
    consequence: "Between the acknowledgement and the data it crashes QEMU (red-client.cpp:192).",
    source: "spice-server 0.15.1, red-client.cpp: RedClient::semi_seamless_migrate_complete",
  },
  dataChannel: {
    id: "session/data-channel",
    code: "wrong-channel",
    requirement: "MIGRATE_DATA must come on a channel that carries migration data.",
    consequence: "spice-server ignores it; the guard has no layout for it.",
    source: "spice-server 0.15.1, red-channel-client.cpp: RedChannelClient::handle_migrate_data_early",
  },
  dataInMigration: {
    id: "session/data-in-migration",
    code: "out-of-order",
    requirement: "MIGRATE_DATA must come in a session that migrates seamlessly.",
    consequence: "spice-server closes the channel; a smartcard has by then allocated what the header announced.",
    source: "spice-server 0.15.1, red-channel-client.cpp: RedChannelClient::handle_migrate_data_early",
  },
  dataAcknowledged: {
    id: "session/data-after-acknowledgement",
    code: "out-of-order",
    requirement: "MIGRATE_DATA must not come before the target has acknowledged the seamless migration.",
    consequence: "On main it ends the session; elsewhere it waits unread until the channel awaits data.",
    source: "spice-server 0.15.1, red-channel-client.cpp: RedChannelClient::handle_migrate_data_early",
  },
  dataOnce: {
    id: "session/data-once",
    code: "out-of-order",
    requirement: "MIGRATE_DATA must come once on a channel.",
    consequence: "spice-server closes the channel, on main the session.",
    source: "spice-server 0.15.1, red-channel-client.cpp: RedChannelClient::handle_migrate_data_early",
  },
  dataSize: {
    id: "session/data-size",
    code: "limit-exceeded",
    requirement: "MIGRATE_DATA must not be larger than the receiver's maxBlobBytes for its channel.",
    consequence:
      "A smartcard's sizes from 2^31 crash QEMU before a byte of them came; other channels allocate what is announced.",
    source: "spice-server 0.15.1, alloc_recv_buf of each channel",
  },
  quiet: {
    id: "session/quiet-until-data",
    code: "out-of-order",
    requirement:
      "Until its data, or the end of a migration that is not seamless, a migrating channel must send nothing but answers to the server.",
    consequence:
      "DISPLAY_INIT crashes QEMU (dcc.cpp:811), so does any message on usbredir, port, webdav or smartcard (char-device.cpp:835).",
    source: "spice-server 0.15.1, dcc.cpp: dcc_handle_init; char-device.cpp: RedCharDevice::restore",
  },
  answers: {
    id: "session/answers-asked",
    code: "out-of-order",
    requirement:
      "On a channel that awaits its data ACK_SYNC must answer a SET_ACK, ACK follow one, and PONG answer a PING.",
    consequence: "spice-server 0.15.1 asks nothing of a channel that awaits data: what comes is no answer.",
    source: "spice-server 0.15.1, red-channel-client.cpp: RedChannelClient::handle_message",
  },
  displayInitFirst: {
    id: "session/display-init-first",
    code: "out-of-order",
    requirement: "Nothing must be sent on a display before DISPLAY_INIT.",
    consequence:
      "A display that still waits for it and is sent something wrong uses memory that it has freed (dcc.cpp:373).",
    source: "spice-server 0.15.1, dcc.cpp: display_channel_client_wait_for_init",
  },
  displayInitValid: {
    id: "session/display-init-valid",
    code: "out-of-range",
    requirement:
      "DISPLAY_INIT must have 14 bytes, a cache of 0 or more pixels, and a dictionary of 0 to 33554432 pixels.",
    consequence:
      "spice-server closes a display that still waits for it, or has no dictionary: either crashes QEMU (dcc.cpp:371, image-encoders.cpp).",
    source: "spice-server 0.15.1, dcc.cpp: dcc_handle_init; image-encoders.cpp: glz_shared_dictionary_new",
  },
  displayInitDue: {
    id: "session/display-init-due",
    code: "limit-exceeded",
    requirement: "DISPLAY_INIT must come within 2 s of the link of a display.",
    consequence:
      "The display's worker serves nobody until it came; if the client leaves meanwhile, memory that was freed is used (dcc.cpp:373).",
    source: "spice-server 0.15.1, dcc.cpp: display_channel_client_wait_for_init",
  },
  ackDue: {
    id: "session/ack-due",
    code: "limit-exceeded",
    requirement:
      "While QEMU does not answer its monitor, a client must have acknowledged what two windows of a display or a cursor hold.",
    consequence: "QEMU's main loop waits up to 30 s for the display, and that for the client (red-channel.cpp).",
    source: "spice-server 0.15.1, red-worker.cpp: handle_dev_stop; red-channel.cpp: RedChannel::wait_all_sent",
  },
  displayInitOnce: {
    id: "session/display-init-once",
    code: "out-of-order",
    requirement: "DISPLAY_INIT must come once, and never on a display that sent its data.",
    consequence: "spice_return_val_if_fail aborts QEMU (dcc.cpp:811), in any session.",
    source: "spice-server 0.15.1, dcc.cpp: dcc_handle_init",
  },
  flushMark: {
    id: "session/flush-mark-asked",
    code: "out-of-order",
    requirement: "MIGRATE_FLUSH_MARK must answer a MIGRATE with NEED_FLUSH of the server on the same channel, once.",
    consequence: "spice_error crashes QEMU (red-channel-client.cpp:1299), in any session.",
    source: "spice-server 0.15.1, red-channel-client.cpp: RedChannelClient::handle_message",
  },
  flushMarkAgent: {
    id: "session/flush-mark-needs-agent-start",
    code: "out-of-order",
    requirement:
      "MIGRATE_FLUSH_MARK on main must not come while an agent is connected that the client did not start to speak with.",
    consequence:
      "The source writes the state of a client that its agent does not know: an assertion crashes QEMU (char-device.cpp:773).",
    source: "spice-server 0.15.1, char-device.cpp: RedCharDevice::migrate_data_marshall",
  },
  agentToken: {
    id: "session/agent-token-needs-data",
    code: "out-of-order",
    requirement: "AGENT_TOKEN must not come before the server sent something of the agent's.",
    consequence: "spice_error crashes QEMU while an agent is there and AGENT_START has not come (char-device.cpp:310).",
    source: "spice-server 0.15.1, char-device.cpp: red_char_device_send_to_client_tokens_absorb",
  },
  messageSize: {
    id: "session/message-size",
    code: "limit-exceeded",
    requirement: "A message must not be larger than what its channel has a use for.",
    consequence:
      "usbredir, port, webdav, smartcard and an agent's data allocate what the header announces: from 2^31 less a header it crashes QEMU.",
    source: "spice-server 0.15.1, alloc_recv_buf of each channel",
  },
  decompressedSize: {
    id: "session/decompressed-size",
    code: "limit-exceeded",
    requirement: "A compressed message must not announce more than a plain one may hold.",
    consequence:
      "spice-server allocates it and a header in 32 bits: from 2^31 it crashes QEMU, near 2^32 the heap is overwritten.",
    source: "spice-server 0.15.1, spicevmc.cpp: handle_compressed_msg",
  },
  cacheDisplay: {
    id: "session/cache-display-known",
    code: "inconsistent",
    requirement: "pixmap_cache_clients[j] must be 0 where the session has no display j that brings data.",
    consequence: "The target tells the client to wait for a message that never comes, and waits 30 s for the client.",
    source:
      "spice-server 0.15.1, dcc.cpp: DisplayChannelClient::handle_migrate_data; dcc-send.cpp: dcc_pixmap_cache_reset",
  },
  cacheSerial: {
    id: "session/cache-serial",
    code: "inconsistent",
    requirement: "pixmap_cache_clients[j] must not exceed the message_serial in display j's own data.",
    consequence: "The target tells the client to wait for a message that never comes, and waits 30 s for the client.",
    source:
      "spice-server 0.15.1, dcc.cpp: DisplayChannelClient::handle_migrate_data; dcc-send.cpp: dcc_pixmap_cache_reset",
  },
  oneFreezer: {
    id: "session/one-freezer",
    code: "inconsistent",
    requirement: "Of the displays that share a pixmap cache one at most can be its freezer.",
    consequence: "The cache is reset twice: what the client keeps and what the target believes differ.",
    source:
      "spice-server 0.15.1, dcc.cpp: DisplayChannelClient::handle_migrate_data; dcc-send.cpp: dcc_pixmap_cache_reset",
  },
  imageId: {
    id: "session/image-id",
    code: "inconsistent",
    requirement:
      "last_image_id must not exceed three images for each message of all displays with the same glz_dict_id.",
    consequence: "The client waits for images that were never sent, and the target for the client.",
    source: "spice-server 0.15.1, glz-encoder-dict.c: glz_enc_dictionary_restore",
  },
  hold: {
    id: "session/hold-limit",
    code: "limit-exceeded",
    requirement: "The data of other displays that a display's data is judged by must come within 3 s.",
    consequence: "A client could have data held for as long as it likes.",
    source: "our own rule (docs/session.md)",
  },
} as const satisfies Record<string, Required<Rule>>
