package robot

import (
	"sort"
	"unicode/utf8"

	"sluice/engine/core"
	"sluice/engine/value"
)

// mark ends a text that was cut.
const mark = "…"

// Cut shortens a text to at most limit bytes, at a character.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	if limit < len(mark) {
		return ""
	}
	end := limit - len(mark)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + mark
}

// fit builds the body of a message around as much of its text as limit bytes of JSON can hold.
func fit(text string, limit int, build func(text string) core.Object) (core.Object, *core.Failure) {
	size := func(bytes int) int {
		data, err := value.Encode(build(Cut(text, bytes)))
		if err != nil {
			return limit + 1
		}
		return len(data)
	}
	if size(len(text)) <= limit {
		return build(text), nil
	}
	// The first length that no longer fits; the one before it does.
	over := sort.Search(len(text), func(bytes int) bool { return size(bytes) > limit })
	if over <= len(mark) {
		return nil, &core.Failure{
			Code: "push.too_long", Message: "the message is too long even without its text; shorten its card, title or mentions",
			Permanent: true,
		}
	}
	return build(Cut(text, over-1)), nil
}
