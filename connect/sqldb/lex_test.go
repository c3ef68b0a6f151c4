package sqldb

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// numbered reads as SQLite does, with placeholders that can be told apart.
func numbered() *lexis {
	l := sqliteDialect().lexis
	l.placeholder = func(n int) string { return "$" + strconv.Itoa(n) }
	return &l
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sql, want string
		names           []string
		marks           int
	}{
		{"none", "SELECT 1", "SELECT 1", nil, 0},
		{"named", "UPDATE o SET s = :s WHERE id=:id", "UPDATE o SET s = $1 WHERE id=$2", []string{"s", "id"}, 0},
		{"twice", "SELECT :a, :b, :a", "SELECT $1, $2, $3", []string{"a", "b", "a"}, 0},
		{"marks", "SELECT ?, ?", "SELECT $1, $2", nil, 2},
		{"in a string", "SELECT ':a ''?'' :b', :c", "SELECT ':a ''?'' :b', $1", []string{"c"}, 0},
		{"in identifiers", "SELECT \":a\"\"\", `:b`, [:c] FROM t", "SELECT \":a\"\"\", `:b`, [:c] FROM t", nil, 0},
		{"in comments", "SELECT 1 -- :a ?\n, /* :b ? */ :c", "SELECT 1 -- :a ?\n, /* :b ? */ $1", []string{"c"}, 0},
		{"casts and slices", "SELECT a::text, b[1:2], :c", "SELECT a::text, b[1:2], $1", []string{"c"}, 0},
		{"a time is no argument", "SELECT 12:30", "SELECT 12:30", nil, 0},
		{"Chinese names", "SELECT :订单 FROM 表", "SELECT $1 FROM 表", []string{"订单"}, 0},
		{"adjoining", "SELECT(:a)||:b", "SELECT($1)||$2", []string{"a", "b"}, 0},
		{"a closing semicolon", "DELETE FROM t WHERE id = :id ; -- done", "DELETE FROM t WHERE id = $1 ", []string{"id"}, 0},
		{"an open string", "SELECT ':a", "SELECT ':a", nil, 0},
		{"case", "CASE_ID = :i", "CASE_ID = $1", []string{"i"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := parse(c.sql, numbered())
			require.NoError(t, err)
			require.Equal(t, c.want, s.sql)
			require.Equal(t, c.names, s.names)
			require.Equal(t, c.marks, s.marks)
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"":                          "db.syntax",
		"  -- nothing\n;":           "db.syntax",
		"SELECT 1; DROP TABLE t":    "db.syntax",
		"SELECT :a, ?":              "db.args",
		"SELECT ?1":                 "db.args",
		"SELECT $a":                 "db.args",
		"SELECT @a":                 "db.args",
		"/* x */ commit":            "db.refused",
		"PRAGMA foreign_keys = OFF": "db.refused",
		"attach 'x' as y":           "db.refused",
	} {
		_, err := parse(sql, numbered())
		require.ErrorContains(t, err, want, sql)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("SELECT ':a', :b -- c\n, [x] /* ? */ ? ;")
	f.Add("'")
	f.Add("/*")
	f.Add("INSERT INTO t VALUES (:a, (:b)) ON DUPLICATE KEY UPDATE x = VALUES(x), y IN (:l) $q$ :x $q$ E'\\'")
	f.Fuzz(func(t *testing.T, sql string) {
		for _, d := range []dialect{sqliteDialect(), postgresDialect(), mysqlDialect()} {
			s, err := parse(sql, &d.lexis)
			if err != nil {
				continue
			}
			if len(s.spots) == 0 {
				require.True(t, len(s.sql) <= len(sql) && s.sql == sql[:len(s.sql)])
			}
			require.True(t, s.names == nil && s.marks == len(s.spots) || len(s.names) == len(s.spots))
			for i, spot := range s.spots {
				require.Equal(t, d.lexis.placeholder(i+1), s.sql[spot.sent.from:spot.sent.to])
				require.Equal(t, spot.written.to, s.written(spot.sent.to))
				require.Equal(t, spot.sent.to, s.sent(spot.written.to))
			}
			require.LessOrEqual(t, s.tuple.to, len(s.sql))
		}
	})
}
