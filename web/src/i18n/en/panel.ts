export const panel = {
  title: 'Node',
}
