import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** The look of all editors, by the page's variables: both themes at once. Tooltips stand on the body, outside the editor. */
const look = EditorView.theme({
  '&': { fontSize: '12.5px', backgroundColor: 'transparent', color: 'var(--s-text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--s-mono)', fontVariantLigatures: 'none', lineHeight: '1.55' },
  '.cm-content': { padding: '5px 0', caretColor: 'var(--s-text)' },
  '.cm-line': { padding: '0 9px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--s-text-3)', border: 'none' },
  '.cm-activeLineGutter, .cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--s-accent-soft)' },
  '.cm-cursor': { borderLeftColor: 'var(--s-text)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--s-accent-soft)' },
  '.cm-placeholder': { color: 'var(--s-quiet)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--s-bad-mark)', textUnderlineOffset: '3px' },
  '.cm-tooltip': {
    border: '1px solid var(--s-line)', borderRadius: '8px', backgroundColor: 'var(--s-raised)', color: 'var(--s-text)', boxShadow: 'var(--s-shadow-high)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--s-mono)', maxHeight: '260px', padding: '4px', fontSize: '12.5px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { display: 'flex', alignItems: 'center', gap: '8px', padding: '3px 8px', borderRadius: '5px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--s-accent-soft)', color: 'var(--s-text)' },
  '.cm-completionDetail': { marginLeft: 'auto', paddingLeft: '16px', color: 'var(--s-text-3)', fontStyle: 'normal', fontSize: '11.5px' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-tooltip.cm-completionInfo': { padding: '0', maxWidth: '360px' },
  '.cm-badge': { order: '-1', width: '14px', textAlign: 'center', fontStyle: 'italic', color: 'var(--s-accent-text)' },
  '.cm-badge.is-function': { color: 'var(--s-violet)' },
  '.cm-help': { padding: '8px 10px', maxWidth: '420px', fontSize: '12.5px' },
  '.cm-help-title': { fontFamily: 'var(--s-mono)', fontWeight: '600' },
  '.cm-help-text': { color: 'var(--s-text-2)', marginTop: '3px' },
  '.cm-help-value': { display: 'block', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', color: 'var(--s-ok)', maxHeight: '200px', overflow: 'auto' },
  '.cm-parameter': { fontWeight: '400', color: 'var(--s-text-2)' },
  '.cm-parameter.is-current': { fontWeight: '600', color: 'var(--s-accent-text)' },
  '.cm-panels': { backgroundColor: 'var(--s-raised)', color: 'var(--s-text)' },
  '.tok-number': { color: 'var(--s-warn)' },
  '.tok-string': { color: 'var(--s-ok)' },
  '.tok-name, .tok-pointer': { color: 'var(--s-accent-text)' },
  '.tok-function, .tok-keyword, .tok-atom': { color: 'var(--s-violet)' },
  '.tok-operator, .tok-bracket': { color: 'var(--s-text-2)' },
  '.tok-comment': { color: 'var(--s-text-3)', fontStyle: 'italic' },
  '.tok-marker': { color: 'var(--s-violet)', fontWeight: '600' },
})

/** JSON has a grammar of its own. */
const json = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--s-accent-text)' },
  { tag: tags.string, color: 'var(--s-ok)' },
  { tag: tags.number, color: 'var(--s-warn)' },
  { tag: [tags.bool, tags.null], color: 'var(--s-violet)' },
])

export const codeTheme: Extension = [look, syntaxHighlighting(json)]
