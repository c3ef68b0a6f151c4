package sqldb

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// named finds the word that a database's error message points at.
var named = regexp.MustCompile(`near "(.*)": syntax error|no such (?:table|column): (\S+)`)

// position is where in a statement the word stands that an error names, if it stands there only once; line and column
// count lines and characters from 1.
func position(statement, message string) (line, column int, ok bool) {
	found := named.FindStringSubmatch(message)
	if found == nil {
		return 0, 0, false
	}
	places := wordsLike(statement, found[1]+found[2])
	if len(places) != 1 {
		return 0, 0, false
	}
	before := statement[:places[0]]
	line = strings.Count(before, "\n") + 1
	return line, utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:]) + 1, true
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
