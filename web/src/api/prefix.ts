/** Where the page lies, such as /sluice behind a proxy that serves it there; empty at the root. Without a slash at its end. */
export const prefix: string = document.querySelector('meta[name=sluice-prefix]')?.getAttribute('content') ?? ''

/** Allows the styles that libraries put into the page. */
export const nonce: string | undefined = document.querySelector<HTMLElement>('meta[property=csp-nonce]')?.nonce || undefined

/** The address of something on this server, by its path below the prefix. */
export function addressOf(path: string): string {
  return location.origin + prefix + path
}

/** What the server was built from; empty where it does not know. */
export const version: string = document.querySelector('meta[name=sluice-version]')?.getAttribute('content') ?? ''
