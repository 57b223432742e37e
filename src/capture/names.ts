import type { LinkedChannel } from "../spice/wire/channels.js"
import type { Side } from "./types.js"

/** What SPICE calls its messages (spice-protocol 0.14.3, enums.h): names in the order of their numbers, from a first one on. */
type Names = Readonly<Record<number, string>>

const common: Readonly<Record<Side, Names>> = {
  server: { 1: "MIGRATE MIGRATE_DATA SET_ACK PING WAIT_FOR_CHANNELS DISCONNECTING NOTIFY LIST" },
  client: { 1: "ACK_SYNC ACK PONG MIGRATE_FLUSH_MARK MIGRATE_DATA DISCONNECTING" },
}

const spicevmc: Names = { 101: "DATA COMPRESSED_DATA" }

const fromServer: Readonly<Partial<Record<LinkedChannel, Names>>> = {
  main: {
    101: "MIGRATE_BEGIN MIGRATE_CANCEL INIT CHANNELS_LIST MOUSE_MODE MULTI_MEDIA_TIME AGENT_CONNECTED AGENT_DISCONNECTED AGENT_DATA AGENT_TOKEN MIGRATE_SWITCH_HOST MIGRATE_END NAME UUID AGENT_CONNECTED_TOKENS MIGRATE_BEGIN_SEAMLESS MIGRATE_DST_SEAMLESS_ACK MIGRATE_DST_SEAMLESS_NACK",
  },
  display: {
    101: "MODE MARK RESET COPY_BITS INVAL_LIST INVAL_ALL_PIXMAPS INVAL_PALETTE INVAL_ALL_PALETTES",
    122: "STREAM_CREATE STREAM_DATA STREAM_CLIP STREAM_DESTROY STREAM_DESTROY_ALL",
    302: "DRAW_FILL DRAW_OPAQUE DRAW_COPY DRAW_BLEND DRAW_BLACKNESS DRAW_WHITENESS DRAW_INVERS DRAW_ROP3 DRAW_STROKE DRAW_TEXT DRAW_TRANSPARENT DRAW_ALPHA_BLEND SURFACE_CREATE SURFACE_DESTROY STREAM_DATA_SIZED MONITORS_CONFIG DRAW_COMPOSITE STREAM_ACTIVATE_REPORT GL_SCANOUT_UNIX GL_DRAW QUALITY_INDICATOR",
  },
  inputs: { 101: "INIT KEY_MODIFIERS", 111: "MOUSE_MOTION_ACK" },
  cursor: { 101: "INIT RESET SET MOVE HIDE TRAIL INVAL_ONE INVAL_ALL" },
  playback: { 101: "DATA MODE START STOP VOLUME MUTE LATENCY" },
  record: { 101: "START STOP VOLUME MUTE" },
  usbredir: spicevmc,
  port: { ...spicevmc, 201: "INIT EVENT" },
  webdav: { ...spicevmc, 201: "INIT EVENT" },
  smartcard: { 101: "DATA" },
}

const fromClient: Readonly<Partial<Record<LinkedChannel, Names>>> = {
  main: {
    101: "CLIENT_INFO MIGRATE_CONNECTED MIGRATE_CONNECT_ERROR ATTACH_CHANNELS MOUSE_MODE_REQUEST AGENT_START AGENT_DATA AGENT_TOKEN MIGRATE_END MIGRATE_DST_DO_SEAMLESS MIGRATE_CONNECTED_SEAMLESS QUALITY_INDICATOR",
  },
  display: { 101: "INIT STREAM_REPORT PREFERRED_COMPRESSION GL_DRAW_DONE PREFERRED_VIDEO_CODEC_TYPE" },
  inputs: {
    101: "KEY_DOWN KEY_UP KEY_MODIFIERS KEY_SCANCODE",
    111: "MOUSE_MOTION MOUSE_POSITION MOUSE_PRESS MOUSE_RELEASE",
  },
  record: { 101: "DATA MODE START_MARK" },
  usbredir: spicevmc,
  port: { ...spicevmc, 201: "EVENT" },
  webdav: { ...spicevmc, 201: "EVENT" },
  smartcard: { 101: "DATA" },
}

const ofChannel = { server: fromServer, client: fromClient }

const nameIn = (names: Names, type: number): string | undefined => {
  for (const [first, list] of Object.entries(names)) {
    const name = list.split(" ")[type - Number(first)]
    if (name !== undefined) return name
  }
  return undefined
}

/** What SPICE calls a message of a channel, such as MIGRATE_DATA; undefined for a number that it does not use. */
export const messageName = (channel: LinkedChannel, from: Side, type: number): string | undefined =>
  nameIn(common[from], type) ?? nameIn(ofChannel[from][channel] ?? {}, type)
