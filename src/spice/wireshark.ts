import type { TextFile } from "../layout/backends/files.js"
import { toWireshark } from "../layout/backends/wireshark.js"
import { luaQuoted } from "../layout/backends/wireshark-text.js"
import type { Layout } from "../layout/types.js"
import { formats } from "./formats.js"

/** The protocol that shows a format's blobs. */
const protocolOf = ({ format }: Layout): string => `spice_migrate_${format}`

const magicOf = ({ struct }: Layout): string => {
  const { magic } = struct.fields
  if (magic?.kind !== "constant") throw new TypeError("a format of SPICE begins with its magic")
  const number = Number(magic.value)
  return String.fromCharCode(...[0, 8, 16, 24].map((shift) => (number >> shift) & 0xff))
}

/**
 * The script that finds MIGRATE_DATA in SPICE's TCP streams and shows it with the dissectors of the formats. Wireshark's
 * own dissector of SPICE names the message, loses its place in many streams, and shows nothing of the payload.
 */
const finder = (origin: string): string => `-- ${origin}
-- Finds MIGRATE_DATA in the TCP streams of SPICE and shows its payload, in both directions and with either header.
-- A message is known by what stands in its header and at its beginning: type 2 from a server or 5 from a client, its
-- size, a format's magic and version 1. So a capture may begin anywhere. Load it with the dissectors of the formats:
--   tshark -X lua_script:spice_migrate_data.lua -X lua_script:display.lua ... -O ${protocolOf(formats.display)}
-- Not seen: what is encrypted, and what lies behind bytes that the capture lacks.

local finder = Proto("spice_migrate_data", "SPICE migration data")
local payload, stream, sequence, port = Field.new("tcp.payload"), Field.new("tcp.stream"), Field.new("tcp.seq"), Field.new("tcp.srcport")

local formats = {
${Object.values(formats)
  .map((layout) => `  ${magicOf(layout)} = ${luaQuoted(protocolOf(layout))},`)
  .join("\n")}
}

local mini, full, opening, largest = 6, 18, 8, 0x4000000

-- By stream and sender, what may still be the beginning of a message; by frame, the messages that end in it.
local streams, found = {}, {}

function finder.init()
  streams, found = {}, {}
end

local function little(bytes, at, count)
  local number = 0
  for index = count - 1, 0, -1 do number = number * 256 + bytes:byte(at + index) end
  return number
end

-- Where a payload of a message begins and how large it is; nil if none begins here.
local function message_at(bytes, at)
  if not formats[bytes:sub(at, at + 3)] or little(bytes, at + 4, 4) ~= 1 then return nil end
  local function of(header, type_at, size_at)
    if at <= header then return nil end
    local type, size = little(bytes, at - type_at, 2), little(bytes, at - size_at, 4)
    return (type == 2 or type == 5) and size >= opening and size <= largest and size or nil
  end
  return of(mini, 6, 4) or of(full, 10, 8)
end

-- Adds the messages in some bytes to those of a frame, and gives the bytes that more may follow.
local function search(bytes, frame)
  local at, taken = 1, 0
  while at + opening - 1 <= #bytes do
    at = bytes:find("[${[...new Set(Object.values(formats).map((layout) => magicOf(layout)[0]))].join("")}]", at)
    if not at or at + opening - 1 > #bytes then break end
    local size = message_at(bytes, at)
    if size and at + size - 1 > #bytes then return bytes:sub(math.max(taken + 1, at - full)) end
    if size then
      table.insert(frame, bytes:sub(at, at + size - 1))
      at = at + size
      taken = at - 1
    else
      at = at + 1
    end
  end
  return bytes:sub(math.max(taken + 1, #bytes - full - opening + 2))
end

local function read(pinfo)
  local data, number = payload(), sequence()
  if not data or not number then return end
  local key = tostring(stream()) .. " " .. tostring(port())
  local bytes, from = data.range:bytes():raw(), number.value
  local before = streams[key] or { next = from, bytes = "" }
  local known = before.next - from
  if known < 0 then before = { next = from, bytes = "" } end
  if known >= #bytes then return end
  local fresh = bytes:sub(math.max(0, known) + 1)
  found[pinfo.number] = {}
  streams[key] = { next = from + #bytes, bytes = search(before.bytes .. fresh, found[pinfo.number]) }
end

function finder.dissector(tvb, pinfo, tree)
  if not pinfo.visited then read(pinfo) end
  for _, bytes in ipairs(found[pinfo.number] or {}) do
    local data = ByteArray.new(bytes, true):tvb("MIGRATE_DATA")
    Dissector.get(formats[bytes:sub(1, 4)]):call(data, pinfo, tree)
  end
end

register_postdissector(finder)
`

/** The scripts for Wireshark: one for each format, and the one that finds their blobs in TCP streams. */
export const wiresharkFiles = (originOf: (format: string) => string): readonly TextFile[] => [
  ...Object.values(formats).map(
    (layout): TextFile => [
      `${layout.format}.lua`,
      toWireshark(layout, { origin: originOf(layout.format), protocol: protocolOf(layout) }),
    ],
  ),
  ["spice_migrate_data.lua", finder(originOf("wireshark"))],
]
