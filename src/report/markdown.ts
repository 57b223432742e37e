type Cells = readonly (string | number)[]

const lineOf = (cells: Cells): string => `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`

/** Writes a Markdown table. Cells may hold anything but line breaks. */
export const markdownTable = (head: Cells, rows: readonly Cells[]): string =>
  [head, head.map(() => "---"), ...rows].map(lineOf).join("\n")
