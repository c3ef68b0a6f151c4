package sqldb

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// lexis is how a database reads the text of a statement, as far as it decides where an argument may stand.
type lexis struct {
	// placeholder is the n-th argument of a statement, from 1.
	placeholder func(n int) string
	// backslash: in a string in single quotes a backslash takes the meaning of what follows. doubleString: double quotes
	// are strings, too.
	backslash, doubleString bool
	// dollar: strings in dollar quotes, E'…' with backslashes, comments within comments, ? as an operator.
	dollar bool
	// backtick and bracket: identifiers in `…` and […].
	backtick, bracket bool
	// hash: a comment from # on; two dashes begin one only before a blank; and comments that are carried out (/*! … */),
	// which are refused.
	hash bool
	// refused are the words, besides [refusedWords], with which no statement may begin.
	refused []string
}

// statement is one SQL statement with its arguments found.
type statement struct {
	// sql has the dialect's placeholders in place of the arguments and ends before a closing semicolon.
	sql string
	// names are the arguments in the order of the placeholders, one entry for each occurrence; nil where the statement
	// counts with ? instead.
	names []string
	// marks is the number of ?.
	marks int
	// spots are where the placeholders stand.
	spots []spot
	// tuple is the only row of an INSERT … VALUES (…) in sql, brackets included; zero where there is no such row, or
	// where several rows in its place would mean something else.
	tuple extent
}

// spot is a placeholder in the statement as it is sent, and the argument in its place in the statement as it was written.
type spot struct {
	sent, written extent
	// list is set where the argument stands alone in IN (…), not where that is a NOT IN (…).
	list, not bool
}

// extent is a part of a text, in bytes.
type extent struct{ from, to int }

// refusedWords begin statements that change the connection instead of the data, for whoever uses it next, or that end
// the transaction around the statement.
var refusedWords = []string{"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "START", "SET"}

// parse finds the arguments of a statement: :name and ?, outside of strings, quoted identifiers and comments. It
// refuses more than one statement, both kinds of arguments at once, and statements that are not about data.
func parse(sql string, l *lexis) (statement, error) {
	s := scanner{sql: sql, lexis: l}
	for s.pos < len(sql) {
		if err := s.next(); err != nil {
			return statement{}, err
		}
	}
	if s.first == "" {
		return statement{}, refused("db.syntax", "the statement is empty")
	}
	if slices.Contains(refusedWords, s.first) || slices.Contains(l.refused, s.first) {
		return statement{}, refused("db.refused",
			"%s is not allowed: a task is one transaction on a shared connection, and only statements about data may stand in it", s.first)
	}
	if l.dollar && s.names != nil {
		// What ? there is is an operator: args is an object.
		s.marks = 0
	}
	if s.names != nil && s.marks > 0 {
		return statement{}, refused("db.args", "the statement mixes :name and ? arguments; use one kind")
	}
	return s.statement(), nil
}

// found is an argument in the statement as it was written; name is empty for a ?.
type found struct {
	at        extent
	name      string
	list, not bool
}

type scanner struct {
	*lexis
	sql   string
	pos   int
	args  []found
	names []string
	marks int
	// first is the statement's first word, in upper case, last the latest; semicolon is where the statement ends, if it says so.
	first     string
	last      string
	semicolon int
	ended     bool
	// depth counts open brackets. values is set behind VALUES, until the row has begun.
	depth  int
	values bool
	row    extent
	// in is how much of IN (argument) has been read, in pieces; negated whether NOT stands before it.
	in      int
	negated bool
	// many is set by what says that an INSERT has more than one row or reads other rows.
	many bool
}

// statement puts the placeholders in.
func (s *scanner) statement() statement {
	out := statement{names: s.names, marks: s.marks}
	end := len(s.sql)
	if s.ended {
		end = s.semicolon
	}
	var text strings.Builder
	copied, inside := 0, 0
	for _, arg := range s.args {
		if s.names != nil && arg.name == "" {
			continue
		}
		text.WriteString(s.sql[copied:arg.at.from])
		from := text.Len()
		text.WriteString(s.placeholder(len(out.spots) + 1))
		out.spots = append(out.spots, spot{sent: extent{from, text.Len()}, written: arg.at, list: arg.list, not: arg.not})
		copied = arg.at.to
		if arg.at.from >= s.row.from && arg.at.to <= s.row.to {
			inside++
		}
	}
	text.WriteString(s.sql[copied:end])
	out.sql = text.String()
	if s.row.to > 0 && !s.many && inside == len(out.spots) && inside > 0 {
		out.tuple = extent{out.sent(s.row.from), out.sent(s.row.to)}
	}
	return out
}

// sent is where a place of the statement as it was written is in it as it is sent.
func (s *statement) sent(at int) int {
	moved := 0
	for _, spot := range s.spots {
		if spot.written.to <= at {
			moved = spot.sent.to - spot.written.to
		}
	}
	return at + moved
}

// written is where a place of the statement as it is sent is in it as it was written.
func (s *statement) written(at int) int {
	moved := 0
	for _, spot := range s.spots {
		if spot.sent.to <= at {
			moved = spot.written.to - spot.sent.to
		} else if spot.sent.from <= at {
			return spot.written.from
		}
	}
	return at + moved
}

func (s *scanner) next() error {
	rest := s.sql[s.pos:]
	if skipped, err := s.blank(rest); skipped || err != nil {
		return err
	}
	if rest[0] == ';' {
		if !s.ended {
			s.semicolon, s.ended = s.pos, true
		}
		s.pos++
		return nil
	}
	if s.ended {
		return refused("db.syntax", "there is more than one statement; list them as statements")
	}
	before := s.in
	s.in = 0
	if s.text(rest) {
		return nil
	}
	return s.code(rest, before)
}

// blank moves over white space and comments.
func (s *scanner) blank(rest string) (bool, error) {
	switch c := rest[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
		s.pos++
	case strings.HasPrefix(rest, "--") && (!s.hash || len(rest) == 2 || rest[2] <= ' '), c == '#' && s.hash:
		s.until(1, "\n")
	case s.hash && (strings.HasPrefix(rest, "/*!") || strings.HasPrefix(rest, "/*M!")):
		return false, refused("db.refused", "comments that are carried out (/*! … */) are not allowed")
	case strings.HasPrefix(rest, "/*"):
		s.comment()
	default:
		return false, nil
	}
	return true, nil
}

// comment moves behind a comment, with those inside it where the database has such.
func (s *scanner) comment() {
	if !s.dollar {
		s.until(2, "*/")
		return
	}
	for depth := 0; s.pos < len(s.sql); {
		switch rest := s.sql[s.pos:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			s.pos += 2
		case strings.HasPrefix(rest, "*/"):
			s.pos += 2
			if depth--; depth == 0 {
				return
			}
		default:
			s.pos++
		}
	}
}

// text moves over a string or a quoted identifier.
func (s *scanner) text(rest string) bool {
	switch c := rest[0]; {
	case c == '\'':
		s.quoted(c, s.backslash)
	case c == '"':
		s.quoted(c, s.doubleString && s.backslash)
	case c == '`' && s.backtick:
		s.quoted(c, false)
	case c == '[' && s.bracket:
		// Without its end it is left to the database to complain about.
		s.until(1, "]")
	case c == '$' && s.dollar:
		tag := dollarTag(rest)
		if tag == "" {
			return false
		}
		s.until(len(tag), tag)
	case s.dollar && (c == 'e' || c == 'E') && strings.HasPrefix(rest[1:], "'"):
		s.pos++
		s.quoted('\'', true)
	default:
		return false
	}
	return true
}

// dollarTag is the opening $tag$ or $$, empty for none.
func dollarTag(rest string) string {
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '$':
			return rest[:i+1]
		case letter(c), digit(c) && i > 1:
		default:
			return ""
		}
	}
	return ""
}

// code moves over anything else; in is how much of IN (argument) stands before it.
func (s *scanner) code(rest string, in int) error {
	c, start := rest[0], s.pos
	switch {
	case strings.HasPrefix(rest, "::"):
		s.pos += 2
	case c == ':' && len(rest) > 1 && letter(rest[1]):
		s.pos++
		s.word()
		s.names = append(s.names, s.sql[start+1:s.pos])
		s.argument(found{at: extent{start, s.pos}, name: s.sql[start+1 : s.pos]}, in)
	case c == '?':
		return s.question(rest, in)
	case letter(c):
		s.word()
		s.keyword(strings.ToUpper(s.sql[start:s.pos]))
	case c == '@' && strings.HasPrefix(rest, "@@"):
		s.pos += 2
		s.word()
	case (c == '@' && !s.dollar || c == '$') && len(rest) > 1 && (letter(rest[1]) || c == '$' && digit(rest[1])):
		return refused("db.args", "arguments are written :name, not %c…", c)
	case digit(c):
		s.word()
	case c == '(' || c == ')' || c == ',':
		s.pos++
		switch {
		case c == '(' && in == 1:
			s.in = 2
		case c == ')' && in == 3:
			last := &s.args[len(s.args)-1]
			last.list, last.not = true, s.negated
		}
		s.bracketed(c, start)
	default:
		_, size := utf8.DecodeRuneInString(rest)
		s.pos += size
	}
	return nil
}

// question takes in a ?: an argument, or an operator of PostgreSQL's (??, ?| and ?& of JSON; a plain one beside :name).
func (s *scanner) question(rest string, in int) error {
	start := s.pos
	s.pos++
	if s.dollar && len(rest) > 1 && (rest[1] == '|' || rest[1] == '&') && (len(rest) == 2 || rest[2] != rest[1]) {
		s.pos++
		return nil
	}
	if s.pos < len(s.sql) && digit(s.sql[s.pos]) {
		return refused("db.args", "numbered arguments (?1) are not supported; use :name")
	}
	s.marks++
	s.argument(found{at: extent{start, s.pos}}, in)
	return nil
}

func (s *scanner) argument(arg found, in int) {
	s.args = append(s.args, arg)
	if in == 2 {
		s.in = 3
	}
}

// keyword notes what a word says about the statement.
func (s *scanner) keyword(word string) {
	if word == "IN" {
		s.in, s.negated = 1, s.last == "NOT"
	}
	s.last = word
	switch {
	case s.first == "":
		s.first = word
	case word == "SELECT" || word == "TABLE" || word == "RETURNING":
		s.many = true
	case s.depth == 0 && (word == "VALUES" || word == "VALUE") && (s.first == "INSERT" || s.first == "REPLACE") && s.row.to == 0:
		s.values = true
	}
}

// bracketed follows brackets, and takes in the row behind VALUES.
func (s *scanner) bracketed(c byte, at int) {
	switch {
	case c == '(':
		if s.depth == 0 && s.values {
			s.row.from, s.values = at, false
		}
		s.depth++
	case c == ')':
		if s.depth--; s.depth == 0 && s.row.from > 0 && s.row.to == 0 {
			s.row.to = at + 1
		}
	case s.depth == 0 && s.row.to > 0 && strings.TrimSpace(s.sql[s.row.to:at]) == "":
		s.many = true
	}
}

// until moves behind the next end, beginning after the opening characters.
func (s *scanner) until(opening int, end string) {
	i := strings.Index(s.sql[s.pos+opening:], end)
	if i < 0 {
		s.pos = len(s.sql)
		return
	}
	s.pos += opening + i + len(end)
}

// quoted moves behind a string or identifier, in which a doubled quote stands for itself.
func (s *scanner) quoted(quote byte, backslash bool) {
	for s.pos++; s.pos < len(s.sql); s.pos++ {
		c := s.sql[s.pos]
		if c == '\\' && backslash {
			s.pos++
			continue
		}
		if c != quote {
			continue
		}
		if s.pos++; s.pos == len(s.sql) || s.sql[s.pos] != quote {
			return
		}
	}
	s.pos = min(s.pos, len(s.sql))
}

func (s *scanner) word() {
	for s.pos < len(s.sql) && (letter(s.sql[s.pos]) || digit(s.sql[s.pos])) {
		s.pos++
	}
}

// letter is what a name may begin with; bytes of characters beyond ASCII are letters.
func letter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
