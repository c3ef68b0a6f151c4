/** Colours by our own tokens: the languages are small and a field's text is short, so all of it is read at each change. */
import type { Extension, Text } from '@codemirror/state'
import { RangeSetBuilder, StateField } from '@codemirror/state'
import type { DecorationSet } from '@codemirror/view'
import { Decoration, EditorView } from '@codemirror/view'
import type { TokenKind, Tokenizer } from './tokens'

const kinds: TokenKind[] = ['number', 'string', 'name', 'field', 'function', 'keyword', 'atom', 'operator', 'bracket', 'pointer', 'comment', 'marker']
const marks = new Map(kinds.map((kind) => [kind, Decoration.mark({ class: `tok-${kind}` })]))

/** Longer texts stay plain: nobody reads the colours of a megabyte. */
const mostColoured = 50_000

export function highlighted(tokenize: Tokenizer): Extension {
  const draw = (doc: Text): DecorationSet => {
    const builder = new RangeSetBuilder<Decoration>()
    if (doc.length > mostColoured) return builder.finish()
    for (const t of tokenize(doc.toString())) {
      const mark = marks.get(t.kind)
      if (mark) builder.add(t.from, t.to, mark)
    }
    return builder.finish()
  }
  return StateField.define<DecorationSet>({
    create: (state) => draw(state.doc),
    update: (drawn, tr) => (tr.docChanged ? draw(tr.newDoc) : drawn),
    provide: (field) => EditorView.decorations.from(field),
  })
}
