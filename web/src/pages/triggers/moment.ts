/** A moment as it was sent, with its own zone's clock: 2026-11-22 20:00:00 of 2026-11-22T20:00:00.123+08:00. */
export function clockOf(at: string): string {
  return at.slice(0, 19).replace('T', ' ')
}
