/** What is not saved yet, kept in the browser: a crash, a reload or a lost connection loses nothing. */

export interface LocalCopy {
  readonly flow: string
  /** The document as JSON text. */
  readonly text: string
  /** The draft's revision that it is built on. */
  readonly revision: number
  /** When it was kept, in milliseconds. */
  readonly at: number
}

const database = 'sluice'
const table = 'drafts'

function open(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const request = indexedDB.open(database, 1)
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(table, { keyPath: 'flow' }))
    request.addEventListener('success', () => done(request.result))
    request.addEventListener('error', () => failed(request.error ?? new Error(database)))
  })
}

async function within<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const db = await open()
    return await new Promise((done, failed) => {
      const request = run(db.transaction(table, mode).objectStore(table))
      request.addEventListener('success', () => done(request.result))
      request.addEventListener('error', () => failed(request.error ?? new Error(table)))
      request.transaction?.addEventListener('complete', () => db.close())
    })
  } catch {
    // A browser without storage (a private window, say) still edits; only the copy is missing.
    return undefined
  }
}

export async function keepCopy(copy: LocalCopy): Promise<void> {
  await within('readwrite', (store) => store.put(copy))
}

export async function dropCopy(flow: string): Promise<void> {
  await within('readwrite', (store) => store.delete(flow))
}

export function findCopy(flow: string): Promise<LocalCopy | undefined> {
  return within<LocalCopy | undefined>('readonly', (store) => store.get(flow) as IDBRequest<LocalCopy | undefined>)
}
