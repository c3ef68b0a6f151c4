/** What is dragged from a tree into a field: the expression of a value, never the value itself. */
export const expressionType = 'application/x-sluice-expression'

export function putExpression(transfer: DataTransfer, expression: string) {
  transfer.setData(expressionType, expression)
  transfer.setData('text/plain', expression)
  transfer.effectAllowed = 'copy'
}

/** Whether a drag carries an expression; its text is readable only when it is dropped. */
export function carriesExpression(transfer: DataTransfer): boolean {
  return transfer.types.includes(expressionType)
}

export function takeExpression(transfer: DataTransfer): string {
  return transfer.getData(expressionType)
}
