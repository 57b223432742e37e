/** The helpers that stand in front of every emitted dissector, as far as it uses them. */

/** A text as a string literal of Lua. */
export const luaQuoted = (text: string): string => JSON.stringify(text.replace(/\p{Cc}+/gu, " "))

export const indentedByTwo = (text: string): string => text.replace(/^(?=.)/gm, "  ")

/** A helper and the name that shows whether it is used. */
const helpers: readonly (readonly [name: string, text: string])[] = [
  [
    "wide",
    `-- Numbers of 64 bits are pairs: what is above the lower 32 bits, and these. Lua's own are exact up to 2^53 only.
local function wide(high, low)
  return { high = high, low = low }
end`,
  ],
  [
    "widened",
    `local function widened(number)
  return wide(math.floor(number / 0x100000000), number % 0x100000000)
end`,
  ],
  [
    "narrowed",
    `local function narrowed(number)
  return number.high * 0x100000000 + number.low
end`,
  ],
  [
    "same",
    `local function same(left, right)
  return left.high == right.high and left.low == right.low
end`,
  ],
  [
    "below",
    `local function below(left, right)
  return left.high < right.high or (left.high == right.high and left.low < right.low)
end`,
  ],
  [
    "plus",
    `local function plus(left, right)
  local low = left.low + right.low
  return wide(left.high + right.high + math.floor(low / 0x100000000), low % 0x100000000)
end`,
  ],
  [
    "larger",
    `local function larger(left, right)
  return below(left, right) and right or left
end`,
  ],
  [
    "choose",
    `local function choose(condition, yes, no)
  if condition then return yes end
  return no
end`,
  ],
  [
    "cut",
    `-- Bits of a number, from one on: never more than 32 of them.
local function cut(number, shift, width)
  return math.floor(number / 2 ^ shift) % 2 ^ width
end`,
  ],
  [
    "cut_wide",
    `local function cut_wide(number, shift, width)
  if shift >= 32 then return cut(number.high, shift - 32, width) end
  local low = math.min(width, 32 - shift)
  return cut(number.low, shift, low) + cut(number.high, 0, width - low) * 2 ^ low
end`,
  ],
  [
    "whole_entries",
    `-- Whether bytes are entries back to back.
local function whole_entries(tvb, at, size, head, entry)
  local last = at + size
  if size < head then return true end
  while at < last do
    local taken = last - at >= head and entry(tvb, at)
    if not taken or taken > last - at then return false end
    at = at + taken
  end
  return true
end`,
  ],
  [
    "entries_from_anywhere",
    `-- Whether bytes are the rest of one entry, of up to \`silent\` bytes, and entries back to back.
local function entries_from_anywhere(tvb, at, size, head, silent, entry)
  if size <= silent then return true end
  local reaches = { [size] = true }
  for from = size - head, 0, -1 do
    local taken = entry(tvb, at + from)
    reaches[from] = taken and reaches[from + taken]
  end
  for from = 0, silent do
    if reaches[from] then return true end
  end
  return false
end`,
  ],
]

/** The helpers that a text uses, and those that they use. */
export const helpersFor = (text: string): string => {
  const uses = (name: string, within: string) => new RegExp(`\\b${name}\\(`).test(within)
  let all = text
  for (const [name, helper] of [...helpers].reverse()) if (uses(name, all)) all = `${helper}\n\n${all}`
  return all.slice(0, all.length - text.length)
}
