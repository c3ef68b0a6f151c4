export const debug = {
  title: 'Debugging',
}
