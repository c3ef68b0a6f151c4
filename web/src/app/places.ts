import { addresses } from '../api/schema'

export type Place = 'flows' | 'runs' | 'triggers' | 'connections' | 'tables' | 'approvals' | 'settings'

const all: readonly Place[] = ['flows', 'runs', 'triggers', 'connections', 'tables', 'approvals', 'settings']

/** The places of the rail. The inbox is there when the server has approvals to decide. */
export const places: readonly Place[] = all.filter((p) => p !== 'approvals' || 'listApprovals' in addresses)
