package sqldb

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// named finds the word that a database's error message points at.
var named = regexp.MustCompile(`near "(.*)": syntax error|no such (?:table|column): (\S+)|right syntax to use near '(\S+)|Unknown column '([^']+)'`)

// position is where in the statement as it was written the place stands that an error points at, or the word that it
// names, if that stands there only once; line and column count lines and characters from 1.
func (p *place) position(why *fault) (line, column int, ok bool) {
	at := -1
	if why.offset >= 0 && p.sent != nil {
		at = p.sent.written(byteOf(p.sent.sql, why.offset))
	} else if found := named.FindStringSubmatch(why.message); found != nil {
		if places := wordsLike(p.sql, strings.Join(found[1:], "")); len(places) == 1 {
			at = places[0]
		}
	}
	if at < 0 || at > len(p.sql) {
		return 0, 0, false
	}
	before := p.sql[:at]
	line = strings.Count(before, "\n") + 1
	return line, utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:]) + 1, true
}

// byteOf is where a character of a text begins, counted from 0.
func byteOf(text string, character int) int {
	for at := range text {
		if character == 0 {
			return at
		}
		character--
	}
	return len(text)
}

// wordsLike are the offsets at which word stands on its own.
func wordsLike(text, word string) []int {
	var places []int
	for from := 0; word != ""; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			break
		}
		start, end := from+i, from+i+len(word)
		inside := start > 0 && part(text[start-1]) && part(word[0]) || end < len(text) && part(text[end]) && part(word[len(word)-1])
		if !inside {
			places = append(places, start)
		}
		from = end
	}
	return places
}

func part(c byte) bool { return letter(c) || digit(c) }
