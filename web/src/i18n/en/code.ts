export const code = {
}
