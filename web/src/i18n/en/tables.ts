export const tables = {
  title: 'Tables',
}
