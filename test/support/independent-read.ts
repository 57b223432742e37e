/**
 * A second reading of the five blobs, for the tests only. Nothing here comes from the project's declarations: the offsets
 * were worked out by hand from the written description of the format and from hexdumps of real captures, and they are
 * spelt out as numbers so that a mistake in a declaration cannot repeat itself here. No checks: what goes in is well formed.
 */

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** A real copy, also of a Node Buffer, whose own slice would share memory. */
const copyOf = (bytes: Uint8Array, from: number, size: number): Uint8Array => {
  const copy = new Uint8Array(size)
  for (let i = 0; i < size; i++) copy[i] = viewOf(bytes).getUint8(from + i)
  return copy
}

const asciiOf = (bytes: Uint8Array): string => {
  const view = viewOf(bytes)
  return String.fromCharCode(view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3))
}

export interface ReadCharDevice {
  readonly version: number
  readonly connected: number
  readonly num_client_tokens: number
  readonly num_send_tokens: number
  readonly write_size: number
  readonly write_num_client_tokens: number
  readonly write_data_ptr: number
  readonly write_data: Uint8Array
}

/** All three users of the char device part have it right behind the eight bytes of magic and version. */
const readCharDevice = (bytes: Uint8Array): ReadCharDevice => {
  const view = viewOf(bytes)
  const write_size = view.getUint32(21, true)
  const write_data_ptr = view.getUint32(29, true)
  return {
    version: view.getUint32(8, true),
    connected: view.getUint8(12),
    num_client_tokens: view.getUint32(13, true),
    num_send_tokens: view.getUint32(17, true),
    write_size,
    write_num_client_tokens: view.getUint32(25, true),
    write_data_ptr,
    write_data: copyOf(bytes, write_data_ptr, write_size),
  }
}

export interface ReadSpicevmc {
  readonly magic: string
  readonly version: number
  readonly base: ReadCharDevice
}

export const readSpicevmc = (bytes: Uint8Array): ReadSpicevmc => ({
  magic: asciiOf(bytes),
  version: viewOf(bytes).getUint32(4, true),
  base: readCharDevice(bytes),
})

export interface ReadSmartcard {
  readonly magic: string
  readonly version: number
  readonly base: ReadCharDevice
  readonly reader_added: number
  readonly read_size: number
  readonly read_data_ptr: number
  /** Big-endian on the wire, and only there once all twelve bytes have arrived. */
  readonly vsc_header: { readonly type: number; readonly reader_id: number; readonly length: number } | null
  /** What follows the header; everything that was read while the header is incomplete. */
  readonly vsc_data: Uint8Array
}

export const readSmartcard = (bytes: Uint8Array): ReadSmartcard => {
  const view = viewOf(bytes)
  const read_size = view.getUint32(34, true)
  const read_data_ptr = view.getUint32(38, true)
  const complete = read_size >= 12
  return {
    magic: asciiOf(bytes),
    version: view.getUint32(4, true),
    base: readCharDevice(bytes),
    reader_added: view.getUint8(33),
    read_size,
    read_data_ptr,
    vsc_header: complete
      ? {
          type: view.getUint32(read_data_ptr, false),
          reader_id: view.getUint32(read_data_ptr + 4, false),
          length: view.getUint32(read_data_ptr + 8, false),
        }
      : null,
    vsc_data: complete ? copyOf(bytes, read_data_ptr + 12, read_size - 12) : copyOf(bytes, read_data_ptr, read_size),
  }
}

export interface ReadMain {
  readonly magic: string
  readonly version: number
  readonly agent_base: ReadCharDevice
  readonly client_agent_started: number
  readonly agent2client: {
    readonly chunk_header_size: number
    readonly chunk_header: { readonly port: number; readonly size: number }
    readonly msg_header_done: number
    readonly msg_header_partial_len: number
    readonly msg_header_ptr: number
    readonly msg_header: Uint8Array
    readonly msg_remaining: number
    readonly msg_filter_result: number
  }
  readonly client2agent: { readonly msg_remaining: number; readonly msg_filter_result: number }
}

export const readMain = (bytes: Uint8Array): ReadMain => {
  const view = viewOf(bytes)
  const msg_header_partial_len = view.getUint32(47, true)
  const msg_header_ptr = view.getUint32(51, true)
  return {
    magic: asciiOf(bytes),
    version: view.getUint32(4, true),
    agent_base: readCharDevice(bytes),
    client_agent_started: view.getUint8(33),
    agent2client: {
      chunk_header_size: view.getUint32(34, true),
      chunk_header: { port: view.getUint32(38, true), size: view.getUint32(42, true) },
      msg_header_done: view.getUint8(46),
      msg_header_partial_len,
      msg_header_ptr,
      msg_header: copyOf(bytes, msg_header_ptr, msg_header_partial_len),
      msg_remaining: view.getUint32(55, true),
      msg_filter_result: view.getUint8(59),
    },
    client2agent: { msg_remaining: view.getUint32(60, true), msg_filter_result: view.getUint8(64) },
  }
}

export interface ReadLosslessSurface {
  readonly id: number
}

export interface ReadLossySurface extends ReadLosslessSurface {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export interface ReadDisplay<S> {
  readonly magic: string
  readonly version: number
  readonly message_serial: bigint
  readonly low_bandwidth_setting: number
  readonly pixmap_cache_id: number
  readonly pixmap_cache_size: bigint
  readonly pixmap_cache_freezer: number
  readonly pixmap_cache_clients: readonly bigint[]
  readonly glz_dict_id: number
  readonly glz: { readonly size: number; readonly max_encoders: number; readonly last_image_id: bigint }
  readonly surfaces_at_client_ptr: number
  readonly num_surfaces: number
  readonly surfaces: readonly S[]
}

const readDisplay = <S>(bytes: Uint8Array, stride: number, surfaceAt: (at: number) => S): ReadDisplay<S> => {
  const view = viewOf(bytes)
  const surfaces_at_client_ptr = view.getUint32(76, true)
  const num_surfaces = view.getUint32(surfaces_at_client_ptr, true)
  const surfaces: S[] = []
  for (let i = 0; i < num_surfaces; i++) surfaces.push(surfaceAt(surfaces_at_client_ptr + 4 + i * stride))
  return {
    magic: asciiOf(bytes),
    version: view.getUint32(4, true),
    message_serial: view.getBigUint64(8, true),
    low_bandwidth_setting: view.getUint8(16),
    pixmap_cache_id: view.getUint8(17),
    pixmap_cache_size: view.getBigInt64(18, true),
    pixmap_cache_freezer: view.getUint8(26),
    pixmap_cache_clients: [
      view.getBigUint64(27, true),
      view.getBigUint64(35, true),
      view.getBigUint64(43, true),
      view.getBigUint64(51, true),
    ],
    glz_dict_id: view.getUint8(59),
    glz: {
      size: view.getUint32(60, true),
      max_encoders: view.getUint32(64, true),
      last_image_id: view.getBigUint64(68, true),
    },
    surfaces_at_client_ptr,
    num_surfaces,
    surfaces,
  }
}

export const readDisplayLossless = (bytes: Uint8Array): ReadDisplay<ReadLosslessSurface> => {
  const view = viewOf(bytes)
  return readDisplay(bytes, 4, (at) => ({ id: view.getUint32(at, true) }))
}

export const readDisplayLossy = (bytes: Uint8Array): ReadDisplay<ReadLossySurface> => {
  const view = viewOf(bytes)
  return readDisplay(bytes, 20, (at) => ({
    id: view.getUint32(at, true),
    left: view.getInt32(at + 4, true),
    top: view.getInt32(at + 8, true),
    right: view.getInt32(at + 12, true),
    bottom: view.getInt32(at + 16, true),
  }))
}

export interface ReadInputs {
  readonly magic: string
  readonly version: number
  readonly motion_count: number
}

export const readInputs = (bytes: Uint8Array): ReadInputs => ({
  magic: asciiOf(bytes),
  version: viewOf(bytes).getUint32(4, true),
  motion_count: viewOf(bytes).getUint16(8, true),
})
