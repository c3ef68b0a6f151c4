import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { prefix } from '../api/prefix'
import { PageError, PageLoading, PageNotFound } from './states'
import { Shell } from './Shell'

/** What stands behind the ? of an address. All of it is text, so that an order's id of 19 digits stays what it is. */
export type Search = { readonly [key: string]: string | undefined }

const root = createRootRoute({ component: Shell, validateSearch: (raw): Search => raw as Search })

function page<P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) {
  return createRoute({ getParentRoute: () => root, path, component })
}

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/flows', replace: true })
    },
  }),
  page('/flows', lazyRouteComponent(() => import('../pages/home/HomePage'), 'HomePage')),
  page('/flows/$flow', lazyRouteComponent(() => import('../editor/EditorPage'), 'EditorPage')),
  page('/flows/$flow/versions', lazyRouteComponent(() => import('../editor/VersionsPage'), 'VersionsPage')),
  page('/flows/$flow/debug/$run', lazyRouteComponent(() => import('../debug/DebugPage'), 'DebugPage')),
  page('/runs', lazyRouteComponent(() => import('../runs/RunsPage'), 'RunsPage')),
  page('/runs/$run', lazyRouteComponent(() => import('../runs/RunPage'), 'RunPage')),
  page('/keys/$name/$value', lazyRouteComponent(() => import('../runs/KeyPage'), 'KeyPage')),
  page('/triggers', lazyRouteComponent(() => import('../pages/triggers/TriggersPage'), 'TriggersPage')),
  page('/connections', lazyRouteComponent(() => import('../pages/connections/ConnectionsPage'), 'ConnectionsPage')),
  page('/tables', lazyRouteComponent(() => import('../pages/tables/TablesPage'), 'TablesPage')),
  page('/approvals', lazyRouteComponent(() => import('../pages/approvals/ApprovalsPage'), 'ApprovalsPage')),
  page('/settings', lazyRouteComponent(() => import('../pages/settings/SettingsPage'), 'SettingsPage')),
]

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: prefix || '/',
  defaultPreload: 'intent',
  scrollRestoration: true,
  parseSearch: (text): Search => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const said = Object.entries(search).filter(([, v]) => v !== undefined && v !== '')
    return said.length > 0 ? `?${new URLSearchParams(said.map(([k, v]) => [k, String(v)]))}` : ''
  },
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: PageNotFound,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
