/** A column's values cut into pieces that no cell of the column tells apart. */
import type { Bound, Cell, Literal, Range } from './cell'
import { compare } from './decimal'

export type Piece =
  | { kind: 'point'; at: Bound }
  /** The numbers between two neighbouring bounds, without them. */
  | { kind: 'open'; low?: Bound; high?: Bound }
  | { kind: 'text'; value: string }
  /** Every text that no cell names. */
  | { kind: 'otherText' }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' }
  /** Whatever is of a kind that no cell speaks of. */
  | { kind: 'else' }

/** The pieces of a column by its cells. `usual` ones are of the kinds that the cells speak of. */
export interface Column {
  pieces: Piece[]
  usual: boolean[]
}

export function columnOf(cells: readonly Cell[]): Column {
  const literals = cells.flatMap(literalsOf)
  const bounds = sorted(literals.flatMap((l) => (l.kind === 'number' ? [l.value] : [])))
  const pieces: Piece[] = []
  if (bounds.length > 0) {
    pieces.push({ kind: 'open', high: bounds[0] })
    bounds.forEach((at, i) => pieces.push({ kind: 'point', at }, { kind: 'open', low: at, high: bounds[i + 1] }))
  }
  const texts = [...new Set(literals.flatMap((l) => (l.kind === 'text' ? [l.value] : [])))]
  pieces.push(...texts.map((value) => ({ kind: 'text' as const, value })))
  if (texts.length > 0) pieces.push({ kind: 'otherText' })
  if (literals.some((l) => l.kind === 'boolean')) pieces.push({ kind: 'boolean', value: true }, { kind: 'boolean', value: false })
  if (literals.some((l) => l.kind === 'null')) pieces.push({ kind: 'null' })
  const usual = pieces.map(() => true)
  // A column of empty cells has one piece, which is all there is.
  return { pieces: [...pieces, { kind: 'else' }], usual: [...usual, pieces.length === 0] }
}

/** The values that a cell names, bounds among them. */
function literalsOf(cell: Cell): Literal[] {
  if (cell.kind === 'literals') return cell.literals
  if (cell.kind === 'not') return literalsOf(cell.of)
  if (cell.kind !== 'range') return []
  return [cell.range.low, cell.range.high].flatMap((value) => (value ? [{ kind: 'number' as const, value }] : []))
}

function sorted(bounds: Bound[]): Bound[] {
  const list = bounds.toSorted(compare)
  return list.filter((b, i) => i === 0 || compare(b, list[i - 1] ?? b) !== 0)
}

/** Whether a cell lets a piece through; undefined where only a run can tell. */
export function lets(cell: Cell, piece: Piece): boolean | undefined {
  switch (cell.kind) {
    case 'any':
      return true
    case 'unknown':
      return undefined
    case 'not': {
      const inner = lets(cell.of, piece)
      return inner === undefined ? undefined : !inner
    }
    case 'literals':
      return cell.literals.some((l) => isLiteral(l, piece))
    case 'range':
      return inRange(cell.range, piece)
  }
}

function isLiteral(l: Literal, piece: Piece): boolean {
  if (l.kind === 'number') return piece.kind === 'point' && compare(l.value, piece.at) === 0
  if (l.kind === 'null') return piece.kind === 'null'
  return piece.kind === l.kind && piece.value === l.value
}

function inRange(r: Range, piece: Piece): boolean {
  if (piece.kind === 'point') {
    const low = r.low ? compare(piece.at, r.low) : 1
    const high = r.high ? compare(piece.at, r.high) : -1
    return (low > 0 || (low === 0 && r.lowIn)) && (high < 0 || (high === 0 && r.highIn))
  }
  if (piece.kind !== 'open') return false
  const above = !r.low || (piece.low !== undefined && compare(piece.low, r.low) >= 0)
  return above && (!r.high || (piece.high !== undefined && compare(piece.high, r.high) <= 0))
}

/** What a part of a column is called: the text of a cell, or one of what no cell can say. */
export type Name = { cell: string } | { other: 'text' | 'else' }

/** Pieces as a reader names them: neighbouring numbers are one interval. */
export function namesOf(pieces: readonly Piece[]): Name[] {
  const names: Name[] = []
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i]
    if (!piece) continue
    if (piece.kind === 'point' || piece.kind === 'open') {
      let end = i
      while (follows(pieces[end], pieces[end + 1])) end++
      names.push({ cell: intervalText(piece, pieces[end] ?? piece) })
      i = end
    } else if (piece.kind === 'otherText') names.push({ other: 'text' })
    else if (piece.kind === 'else') names.push({ other: 'else' })
    else names.push({ cell: piece.kind === 'null' ? 'nil' : JSON.stringify(piece.value) })
  }
  return names
}

function follows(a: Piece | undefined, b: Piece | undefined): boolean {
  if (a?.kind === 'open' && b?.kind === 'point') return a.high !== undefined && compare(a.high, b.at) === 0
  return a?.kind === 'point' && b?.kind === 'open' && b.low !== undefined && compare(a.at, b.low) === 0
}

function intervalText(first: Piece, last: Piece): string {
  const low = first.kind === 'point' ? first.at : first.kind === 'open' ? first.low : undefined
  const high = last.kind === 'point' ? last.at : last.kind === 'open' ? last.high : undefined
  const [lowIn, highIn] = [first.kind === 'point', last.kind === 'point']
  if (low && high) return low.text === high.text ? low.text : `${lowIn ? '[' : '('}${low.text}..${high.text}${highIn ? ']' : ')'}`
  if (low) return `${lowIn ? '>=' : '>'} ${low.text}`
  return high ? `${highIn ? '<=' : '<'} ${high.text}` : ''
}
