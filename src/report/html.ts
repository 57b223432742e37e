import { createHash } from "node:crypto"
import { hexByte } from "../violation/bytes.js"
import { keysOf, type Violation } from "../violation/violation.js"
import type { Explanation } from "./explanation.js"
import { asciiCharacter, type FieldRow } from "./field-rows.js"
import type { Finding } from "./finding.js"
import { htmlStyle } from "./html-style.js"
import { printable } from "./printable.js"
import { shownVerdict } from "./text.js"

const bytesPerLine = 8

/** Of a field with more bytes than this, no more are shown unless all are asked for. */
const mostBytes = 128

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** A text that neither HTML nor a reader's eye takes for anything else. */
const escaped = (text: string): string => printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? "")

const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64")

/**
 * An explanation as one HTML file that needs nothing else: no scripts, no network, and a policy that forbids both. It
 * shows in light and dark what annotated hex shows on a terminal.
 */
export const explanationHtml = (explanation: Explanation, all = false): string => {
  const { finding, bytes, whole, rows } = explanation
  const groups = groupsOf(rows)
  const title = `${shownVerdict(finding)}: ${finding.file}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${digestOf(htmlStyle)}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${htmlStyle}</style>
</head>
<body>
<header>
<h1><span class="verdict ${toneOf(finding)}">${escaped(shownVerdict(finding))}</span> ${escaped(finding.file)}</h1>
<p>${escaped(finding.channel ?? "unknown channel")} &middot; ${whole ? "" : "first "}${bytes.length} bytes &middot; ${rows.length} fields &middot; offsets are decimal</p>
</header>
<main>
${summaryOf(explanation)}
<table>
<caption>Every byte, and the field that claims it</caption>
<thead><tr><th scope="col">offset</th><th scope="col">bytes</th><th scope="col">ASCII</th><th scope="col">field</th><th scope="col">value</th><th scope="col">meaning</th></tr></thead>
<tbody>
${rows.map((row, index) => rowHtml(row, index, explanation, groups.get(topOf(row.path)) ?? 0, all)).join("\n")}
</tbody>
</table>
</main>
</body>
</html>`
}

const toneOf = ({ violations, acceptedWith }: Finding): string =>
  violations.length === 0 ? "good" : acceptedWith === undefined ? "bad" : "fair"

/** What is wrong, each with the way to its bytes, and what else is worth knowing. */
const summaryOf = ({ violations, rows, finding }: Explanation): string => {
  const notes = finding.notes.map(({ message }) => `<p class="note">${escaped(message)}</p>`)
  const found = violations.map((violation) => {
    const index = rows.findIndex((row) => row.violations.includes(violation))
    const where = index < 0 ? "the input as a whole" : `<a href="#field-${index}">byte ${violation.offset}</a>`
    return `<li>${where}: ${violationHtml(violation)}</li>`
  })
  return [...notes, ...(found.length === 0 ? [] : [`<ol class="violations">${found.join("\n")}</ol>`])].join("\n")
}

const violationHtml = ({ code, rule, path, requirement, actual, expected, consequence }: Violation): string => {
  const measured = [
    ...(actual === undefined ? [] : [`found ${actual}`]),
    ...(expected === undefined ? [] : [`allowed ${expected}`]),
  ].join(", ")
  return `<strong>${escaped(path === "" ? code : path)}</strong> <code>${escaped(rule)}</code>
<p>${escaped(requirement)}${measured === "" ? "" : ` <span class="measured">${escaped(measured)}</span>`}</p>
<p class="consequence">Consequence: ${escaped(consequence)}</p>`
}

const rowHtml = (row: FieldRow, index: number, { bytes, rows }: Explanation, group: number, all: boolean): string => {
  const { path, offset, length, meaning, violations } = row
  const shown = all ? length : Math.min(length, mostBytes)
  const lines = Array.from({ length: Math.ceil(shown / bytesPerLine) }, (_, line) =>
    bytes.subarray(offset + line * bytesPerLine, Math.min(offset + (line + 1) * bytesPerLine, offset + shown)),
  )
  const hex = lines.map((line) => Array.from(line, hexByte).join(" "))
  const ascii = lines.map((line) => escaped(Array.from(line, asciiCharacter).join("")))
  const more = shown < length ? `\n${length - shown} more bytes` : ""
  const wrong = violations.map(violationHtml).join("\n")
  return `<tr id="field-${index}" class="${violations.length > 0 ? "wrong " : ""}group-${group}"><td>${offset}</td><td><pre>${hex.join("\n")}${more}</pre></td><td><pre>${ascii.join("\n")}</pre></td><td>${nameHtml(path)}</td><td>${valueHtml(row, rows)}</td><td>${escaped(meaning)}</td></tr>${
    wrong === "" ? "" : `\n<tr class="fault"><td colspan="6">${wrong}</td></tr>`
  }`
}

/** Which of six colours the fields of each struct and list at the top have. */
const groupsOf = (rows: readonly FieldRow[]): ReadonlyMap<string, number> =>
  new Map([...new Set(rows.map(({ path }) => topOf(path)))].map((top, index) => [top, index % 6]))

const topOf = (path: string): string => keysOf(path)[0] ?? ""

/** A field's own name behind the path that leads to it. */
const nameHtml = (path: string): string => {
  if (path === "") return "<em>no field</em>"
  const [, way = "", name = path] = /^(.*\.)?([^.]*)$/.exec(path) ?? []
  return `<code><span class="way">${escaped(way)}</span>${escaped(name)}</code>`
}

const valueHtml = ({ value, text, unit, pointsTo }: FieldRow, rows: readonly FieldRow[]): string => {
  const shown = escaped(unit !== "" && text === String(value) ? `${text} ${unit}` : text)
  if (pointsTo === undefined) return shown
  const there = rows.findIndex(({ offset, length }) => offset <= pointsTo.offset && pointsTo.offset < offset + length)
  if (there < 0) return `${shown} &rarr; outside the input`
  return `${shown} &rarr; <a href="#field-${there}">${escaped(pointsTo.path === "" ? "no field" : pointsTo.path)}</a>`
}
