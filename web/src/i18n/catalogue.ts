/**
 * The shape of a catalogue in another language: the same keys, any text. A plural's _one is missing where a language has
 * one form for all counts, as Chinese has.
 */
export type Catalogue<T> = {
  readonly [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string ? string : Catalogue<T[K]>
}
