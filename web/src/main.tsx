import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './app/theme.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { nonce } from './api/prefix'
import { startSession } from './api/signin'
import { Root } from './app/Root'
import { useSettings } from './app/settings'
import { startTexts } from './i18n/setup'

/** Components measure scroll bars with style elements that they do not give the nonce which the page's policy asks for. */
function nonceForStyles() {
  const create = document.createElement.bind(document)
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options)
    if (nonce && name.toLowerCase() === 'style') element.nonce = nonce
    return element
  }) as typeof document.createElement
}

async function start() {
  nonceForStyles()
  await Promise.all([startTexts(useSettings.getState().language), startSession()])
  const place = document.getElementById('root')
  if (place)
    createRoot(place).render(
      <StrictMode>
        <Root />
      </StrictMode>,
    )
}

await start()
