export const canvas = {
  title: 'Canvas',
}
