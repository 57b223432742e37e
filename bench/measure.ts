import { do_not_optimize, measure } from "mitata"

/** Something to time, under a name that nothing else in the run has. */
export interface Task {
  readonly name: string
  readonly run: () => unknown
}

/** Nanoseconds per call of each task, a mean for each round. */
export type Times = ReadonlyMap<string, readonly number[]>

/** Rounds in which V8 still learns what it compiles. */
const warmUpRounds = 2
const warmUpMilliseconds = 5
const sliceNanoseconds = 30e6

/**
 * Times all tasks once a round. They stand next to each other in time, each round begins with another one, and no
 * sample is thrown away, so that every task pays for its own garbage and for no other's.
 */
export const timesOf = async (tasks: readonly Task[], rounds: number): Promise<Times> => {
  const times = new Map(tasks.map(({ name }): [string, number[]] => [name, []]))
  for (let round = -warmUpRounds; round < rounds; round++) {
    const first = (round + warmUpRounds) % tasks.length
    for (const { name, run } of [...tasks.slice(first), ...tasks.slice(0, first)]) {
      const time = await meanTime(run)
      if (round >= 0) times.get(name)?.push(time)
    }
  }
  return times
}

const meanTime = async (run: () => unknown): Promise<number> => {
  const call = () => do_not_optimize(run())
  // `call` was compiled for the task before; V8 notices and compiles it again, which must not be timed.
  for (const start = performance.now(); performance.now() - start < warmUpMilliseconds; ) call()
  const { avg } = await measure(call, {
    min_cpu_time: sliceNanoseconds,
    min_samples: 3,
    batch_samples: 512,
    samples_threshold: Number.POSITIVE_INFINITY,
  })
  return avg
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** How many times as long a task takes as another one: the median over the rounds, each compared within itself. */
export const ratio = (times: Times, task: string, base: string): number => {
  const bases = times.get(base) ?? []
  return median((times.get(task) ?? []).map((time, round) => time / (bases[round] ?? Number.NaN)))
}
