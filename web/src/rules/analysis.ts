/** Where a decision table says nothing, where rows contradict each other, and which rows never count. */
import type { Cell } from './cell'
import type { Column, Name, Piece } from './regions'
import { columnOf, lets, namesOf } from './regions'

export type Hit = 'first' | 'unique' | 'collect' | 'priority'

export interface AnalysedRow {
  cells: Cell[]
  priority: number
}

/** A part of the table: for each column what its value is, empty where anything. */
export type Region = Name[][]

export interface Analysis {
  gaps: Region[]
  /** Two rows hold in the same region; only asked where that is an error. */
  overlaps: { rows: [number, number]; where: Region }[]
  /** Rows that an earlier or weightier one always comes before. */
  shadowed: number[]
  /** Rows whose cells let nothing through. */
  empty: number[]
  /** Rows with cells that only a run can tell; what is said of gaps and overlaps leaves them out. */
  unknown: number[]
  /** There are more combinations than were looked at. */
  cut: boolean
}

/** How many parts of a table are looked at, and how many findings of a kind are told. */
const mostSteps = 5_000
const mostFindings = 12

export function analyse(rows: readonly AnalysedRow[], width: number, hit: Hit): Analysis {
  return new Walk(rows, width, hit).run()
}

interface Alive {
  row: number
  sure: boolean
}

class Walk {
  private readonly columns: Column[]
  private readonly order: number[]
  private steps = 0
  private readonly reached = new Set<number>()
  private readonly holds = new Set<number>()
  private readonly pairs = new Set<string>()
  private readonly found: Analysis = { gaps: [], overlaps: [], shadowed: [], empty: [], unknown: [], cut: false }
  private readonly rows: readonly AnalysedRow[]
  private readonly width: number
  private readonly hit: Hit

  constructor(rows: readonly AnalysedRow[], width: number, hit: Hit) {
    this.rows = rows
    this.width = width
    this.hit = hit
    this.columns = Array.from({ length: width }, (_, i) => columnOf(rows.map((r) => r.cells[i] ?? { kind: 'any' })))
    const indexes = rows.map((_, i) => i)
    this.order = hit === 'priority' ? indexes.toSorted((a, b) => this.priority(b) - this.priority(a)) : indexes
  }

  private priority(row: number): number {
    return this.rows[row]?.priority ?? 0
  }

  run(): Analysis {
    this.found.unknown = this.rows.flatMap((r, i) => (r.cells.some((c) => c.kind === 'unknown') ? [i] : []))
    this.part(0, this.order.map((row) => ({ row, sure: true })), [], true)
    if (!this.found.cut) {
      this.found.empty = this.order.filter((row) => !this.holds.has(row)).toSorted((a, b) => a - b)
      const ordered = this.hit === 'first' || this.hit === 'priority'
      if (ordered) this.found.shadowed = this.order.filter((row) => this.holds.has(row) && !this.reached.has(row)).toSorted((a, b) => a - b)
    }
    return this.found
  }

  /** Looks at the parts of one column in which the same rows are left, then at the next column within each. */
  private part(column: number, alive: Alive[], where: Region, usual: boolean) {
    if (++this.steps > mostSteps) {
      this.found.cut = true
      return
    }
    if (alive.length === 0) {
      if (usual && this.rows.length > 0) this.gap(where)
      return
    }
    const of = this.columns[column]
    if (!of || column === this.width) {
      this.leaf(alive, where, usual)
      return
    }
    for (const group of groups(of, alive, (row) => this.rows[row]?.cells[column] ?? { kind: 'any' })) {
      this.part(column + 1, group.alive, [...where, group.all ? [] : namesOf(group.pieces)], usual && group.usual)
    }
  }

  private gap(where: Region) {
    const padded = [...where, ...Array.from({ length: this.width - where.length }, () => [])]
    if (this.found.gaps.length < mostFindings) this.found.gaps.push(padded)
    else this.found.cut = true
  }

  private leaf(alive: Alive[], where: Region, usual: boolean) {
    for (const { row } of alive) this.holds.add(row)
    for (const { row, sure } of alive) {
      this.reached.add(row)
      if (sure) break
    }
    if (this.hit !== 'unique' || !usual) return
    const sure = alive.filter((a) => a.sure).map((a) => a.row).toSorted((a, b) => a - b)
    for (const [i, a] of sure.entries()) for (const b of sure.slice(i + 1)) this.overlap(a, b, where)
  }

  private overlap(a: number, b: number, where: Region) {
    const pair = `${a}:${b}`
    if (this.pairs.has(pair)) return
    this.pairs.add(pair)
    if (this.found.overlaps.length < mostFindings) this.found.overlaps.push({ rows: [a, b], where })
  }
}

interface Group {
  pieces: Piece[]
  alive: Alive[]
  usual: boolean
  /** The group is the whole column. */
  all: boolean
}

/** The pieces of a column, those together in which the same rows are left. Usual and unusual ones stay apart. */
function groups(column: Column, alive: readonly Alive[], cellOf: (row: number) => Cell): Group[] {
  const byRows = new Map<string, Group>()
  column.pieces.forEach((piece, i) => {
    const usual = column.usual[i] ?? true
    const left = alive.flatMap((a) => {
      const through = lets(cellOf(a.row), piece)
      return through === false ? [] : [{ row: a.row, sure: a.sure && through === true }]
    })
    const key = `${usual} ${left.map((a) => `${a.row}${a.sure ? '!' : '?'}`).join(' ')}`
    const group = byRows.get(key) ?? { pieces: [], alive: left, usual, all: false }
    group.pieces.push(piece)
    byRows.set(key, group)
  })
  const list = [...byRows.values()]
  const usualPieces = column.usual.filter(Boolean).length
  // Where all usual values are alike, the column makes no difference and is not named.
  return list.map((g) => ({ ...g, all: g.usual && g.pieces.length === usualPieces }))
}
