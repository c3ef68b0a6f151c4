import type { QueryKey, UseMutationOptions, UseQueryResult } from '@tanstack/react-query'
import { keepPreviousData, QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Answer, Arguments } from './client'
import { call } from './client'
import { isApiError } from './errors'
import type { Operations } from './schema'

type Id = keyof Operations
type Paged = { [O in Id]: Answer<O> extends { items: (infer _)[]; next: string | null } ? O : never }[Id]
/** What a list's call lists. */
export type Item<O extends Paged> = Answer<O>['items'][number]

/** All of the page's server state. What only reads is tried again when the server did not answer or had a fault. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: 5_000,
        retry: (count, e) => count < 2 && isApiError(e) && (e.status === 0 || e.status >= 500),
        // Exact numbers are objects of a class, which structural sharing would compare wrongly.
        structuralSharing: false,
      },
      mutations: { networkMode: 'always' },
    },
  })
}

/** The key that a call's answer is cached under: [operation] alone matches all its calls. */
export function keyOf<O extends Id>(id: O, a?: Arguments<O>): QueryKey {
  return a === undefined ? [id] : [id, a]
}

interface Options {
  enabled?: boolean
  /** Asks again every so many milliseconds. */
  refetchInterval?: number | false
  staleTime?: number
  /** Shows the answer to the arguments before until the one to these is there. */
  keepsPrevious?: boolean
}

/** The answer to a call that reads. */
export function useCall<O extends Id>(id: O, a: Arguments<O>, { keepsPrevious, ...options }: Options = {}): UseQueryResult<Answer<O>> {
  return useQuery({
    queryKey: keyOf(id, a),
    queryFn: async ({ signal }) => (await call(id, a, signal)) ?? null,
    placeholderData: keepsPrevious ? keepPreviousData : undefined,
    ...options,
  }) as UseQueryResult<Answer<O>>
}

/** A list, page by page: fetchNextPage for more. */
export function usePages<O extends Paged>(id: O, a: Arguments<O>, options: Options = {}) {
  return useInfiniteQuery({
    queryKey: [...keyOf(id, a), 'pages'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => call(id, withCursor(a, pageParam), signal),
    getNextPageParam: (page: Answer<O>) => page.next ?? undefined,
    ...options,
  })
}

/** A list that is short by nature (connections, tables, flows), read whole. */
export function useAll<O extends Paged>(id: O, a: Arguments<O>, options: Options = {}): UseQueryResult<Item<O>[]> {
  return useQuery({
    queryKey: [...keyOf(id, a), 'all'],
    queryFn: async ({ signal }) => {
      const items: Item<O>[] = []
      let cursor: string | undefined
      do {
        const page: Answer<O> = await call(id, withCursor(a, cursor), signal)
        items.push(...page.items)
        cursor = page.next ?? undefined
      } while (cursor)
      return items
    },
    ...options,
  })
}

function withCursor<O extends Id>(a: Arguments<O>, cursor: string | undefined): Arguments<O> {
  const { query, ...rest } = a as { query?: object }
  return { ...rest, query: { ...query, cursor } } as unknown as Arguments<O>
}

/** A call that changes something; afterwards what the named calls gave is read again. */
export function useChange<O extends Id>(
  id: O,
  invalidates: Id[] = [],
  options: Omit<UseMutationOptions<Answer<O>, Error, Arguments<O>>, 'mutationFn'> = {},
) {
  const client = useQueryClient()
  return useMutation<Answer<O>, Error, Arguments<O>>({
    mutationFn: (a) => call(id, a),
    ...options,
    onSuccess: async (...args) => {
      await Promise.all(invalidates.map((i) => client.invalidateQueries({ queryKey: keyOf(i) })))
      await options.onSuccess?.(...args)
    },
  })
}
