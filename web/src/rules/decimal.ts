/** Exact comparison of decimals as they are written, of any length. */
export interface Decimal {
  digits: bigint
  /** The value is digits / 10^scale. */
  scale: number
}

const written = /^([+-]?)(\d[\d_]*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

/** A number as the language writes it; undefined where the text is none. */
export function decimalOf(text: string): Decimal | undefined {
  const m = written.exec(text.trim())
  if (!m) return undefined
  const [, sign, whole = '', part = '', exponent = '0'] = m
  const digits = BigInt(`${whole.replaceAll('_', '')}${part}`) * (sign === '-' ? -1n : 1n)
  const scale = part.length - Number(exponent)
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale }
}

/** Negative, zero or positive, as a is less than, equal to or more than b. */
export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const d = a.digits * 10n ** BigInt(scale - a.scale) - b.digits * 10n ** BigInt(scale - b.scale)
  return d < 0n ? -1 : d > 0n ? 1 : 0
}
