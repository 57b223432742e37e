import { printable } from "../report/printable.js"
import type { Outcome } from "./execution.js"
import type { Progress } from "./libfuzzer.js"
import type { Target } from "./target.js"

/** Lines of a broken process' output that are shown. */
const shownLines = 20

/** What is said every time. */
const isUsual = (line: string): boolean => /^(?:INFO: |Skip loading bug detector )/.test(line)

/** What there is to say of a process that failed without an input to show for it. */
export const troubleOf = (target: string, { code, tail }: Outcome): readonly string[] => [
  `${target}: jazzer.js ended with ${code ?? "a signal"} and without a finding. Its last lines:`,
  ...tail
    .filter((line) => !isUsual(line))
    .slice(-shownLines)
    .map((line) => `  ${printable(line).slice(0, 200)}`),
]

/** What there is to say of a process that ended well, if coverage cannot have guided it. */
export const blindnessOf = (
  { name, underTest }: Target,
  { coverage }: Pick<Progress, "coverage">,
): readonly string[] =>
  coverage > 0 ? [] : [`${name}: nothing of ${underTest.join(", ")} was executed, which it says is under test`]
