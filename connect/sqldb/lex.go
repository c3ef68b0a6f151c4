package sqldb

import (
	"strings"
	"unicode/utf8"
)

// statement is one SQL statement with its arguments found.
type statement struct {
	// sql has the dialect's placeholders in place of the arguments and ends before a closing semicolon.
	sql string
	// names are the arguments in the order of the placeholders, one entry for each occurrence; nil where the statement
	// counts with ? instead.
	names []string
	// marks is the number of ?.
	marks int
}

// refusedWords begin statements that change the connection instead of the data, for whoever uses it next, or that end
// the transaction around the statement.
var refusedWords = map[string]bool{
	"BEGIN": true, "COMMIT": true, "END": true, "ROLLBACK": true, "SAVEPOINT": true, "RELEASE": true,
	"ATTACH": true, "DETACH": true, "PRAGMA": true,
}

// parse finds the arguments of a statement: :name and ?, outside of strings, quoted identifiers and comments. It
// refuses more than one statement, both kinds of arguments at once, and statements that are not about data.
func parse(sql string, placeholder func(n int) string) (statement, error) {
	s := scanner{sql: sql, placeholder: placeholder}
	for s.pos < len(sql) {
		if err := s.next(); err != nil {
			return statement{}, err
		}
	}
	if s.first == "" {
		return statement{}, refused("db.syntax", "the statement is empty")
	}
	if refusedWords[s.first] {
		return statement{}, refused("db.refused",
			"%s is not allowed: a task is one transaction on a shared connection, and only statements about data may stand in it", s.first)
	}
	if s.names != nil && s.marks > 0 {
		return statement{}, refused("db.args", "the statement mixes :name and ? arguments; use one kind")
	}
	s.copy(s.end())
	return statement{sql: s.out.String(), names: s.names, marks: s.marks}, nil
}

type scanner struct {
	sql         string
	placeholder func(n int) string
	pos         int
	copied      int
	out         strings.Builder
	names       []string
	marks       int
	// first is the statement's first word, in upper case; semicolon is where the statement ends, if it says so.
	first     string
	semicolon int
	ended     bool
}

func (s *scanner) end() int {
	if s.ended {
		return s.semicolon
	}
	return len(s.sql)
}

// copy takes over the text up to pos as it is.
func (s *scanner) copy(pos int) {
	if pos > s.copied {
		s.out.WriteString(s.sql[s.copied:pos])
		s.copied = pos
	}
}

// argument replaces the text from start to pos by a placeholder.
func (s *scanner) argument(start int) {
	s.copy(start)
	s.out.WriteString(s.placeholder(len(s.names) + s.marks))
	s.copied = s.pos
}

func (s *scanner) next() error {
	rest := s.sql[s.pos:]
	c := rest[0]
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
		s.pos++
		return nil
	case strings.HasPrefix(rest, "--"):
		s.until(2, "\n")
		return nil
	case strings.HasPrefix(rest, "/*"):
		s.until(2, "*/")
		return nil
	case c == ';':
		if !s.ended {
			s.semicolon, s.ended = s.pos, true
		}
		s.pos++
		return nil
	}
	if s.ended {
		return refused("db.syntax", "there is more than one statement; list them as statements")
	}
	start := s.pos
	switch {
	case c == '\'' || c == '"' || c == '`':
		s.quoted(c)
	case c == '[':
		// An identifier in brackets (SQLite); without its end it is left to the database to complain about.
		s.until(1, "]")
	case strings.HasPrefix(rest, "::"):
		s.pos += 2
	case c == ':' && len(rest) > 1 && letter(rest[1]):
		s.pos++
		s.word()
		s.names = append(s.names, s.sql[start+1:s.pos])
		s.argument(start)
	case c == '?':
		s.pos++
		if s.pos < len(s.sql) && digit(s.sql[s.pos]) {
			return refused("db.args", "numbered arguments (?1) are not supported; use :name")
		}
		s.marks++
		s.argument(start)
	case letter(c):
		s.word()
		if s.first == "" {
			s.first = strings.ToUpper(s.sql[start:s.pos])
		}
	case (c == '@' || c == '$') && len(rest) > 1 && letter(rest[1]):
		return refused("db.args", "arguments are written :name, not %c…", c)
	case digit(c):
		s.word()
	default:
		_, size := utf8.DecodeRuneInString(rest)
		s.pos += size
	}
	return nil
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
func (s *scanner) quoted(quote byte) {
	for s.pos++; s.pos < len(s.sql); s.pos++ {
		if s.sql[s.pos] != quote {
			continue
		}
		if s.pos++; s.pos == len(s.sql) || s.sql[s.pos] != quote {
			return
		}
	}
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
