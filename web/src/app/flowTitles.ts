import { useAll } from '../api/hooks'
import { useTitle } from './title'

/** The name of a flow by its id, in the user's language; the id until it is known. */
export function useFlowTitle(): (flow: string) => string {
  const flows = useAll('listFlows', {}, { staleTime: 60_000 })
  const title = useTitle()
  return (id) => title(flows.data?.find((f) => f.id === id)?.title, id)
}
