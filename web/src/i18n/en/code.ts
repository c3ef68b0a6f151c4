/** What the editor itself says, to screen readers above all. */
export const code = {
  completions: 'Completions',
  fold: 'Fold line',
  unfoldLine: 'Unfold line',
  folded: 'folded code',
  unfold: 'unfold',
  diagnostics: 'Problems',
  control: 'Control character',
}
