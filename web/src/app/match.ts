/**
 * Search as people type it here: words in any order, Chinese by its characters or by the initials of their pinyin.
 * The initial of a character is found by where it sorts among the first character of each initial.
 */
const initials = 'ABCDEFGHJKLMNOPQRSTWXYZ'
const first = [...'阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他哇夕丫帀']
const collator = new Intl.Collator('zh-CN-u-co-pinyin')

function initial(char: string): string {
  if (!/\p{Script=Han}/u.test(char)) return char
  let found = ''
  first.forEach((f, i) => {
    if (collator.compare(char, f) >= 0) found = initials[i] ?? ''
  })
  return found.toLowerCase()
}

/** The initials of a text's pinyin; what is not Chinese stays. */
export function pinyinInitials(text: string): string {
  return [...text].map(initial).join('')
}

/** Whether each word of the query is in the text, or among its pinyin's initials. */
export function matches(text: string, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const plain = text.toLowerCase()
  const short = /\p{Script=Han}/u.test(text) ? pinyinInitials(plain) : ''
  return words.every((w) => plain.includes(w) || short.includes(w))
}
