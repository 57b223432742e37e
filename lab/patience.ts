/** Whether something happens within so many milliseconds. What it rejects with counts as happening. */
export const happens = async (event: Promise<unknown>, patience: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), patience)
  })
  const happened = () => true
  try {
    return await Promise.race([event.then(happened, happened), late])
  } finally {
    clearTimeout(timer)
  }
}
