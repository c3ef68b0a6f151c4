package sqldb

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"sluice/connect/sqldb/pgtext"
	"sluice/engine/core"
)

// OpenPostgres returns a database of a PostgreSQL server. Nothing is sent before the first call.
//
// Values come as they are: numbers with all their digits, json and arrays as JSON, instants (timestamptz) in RFC 3339
// and UTC, bytea in base64, all else as the text that PostgreSQL has for it.
func OpenPostgres(s Server) (*DB, error) {
	connector, err := pgtext.NewConnector(pgtext.Config{
		Host: s.Host, Port: uint16(s.Port), Database: s.Database, User: s.User, Password: s.Password, //nolint:gosec // the caller checks ports
		TLS: s.TLS, Plain: s.Plain, Dial: s.Dial,
	})
	if err != nil {
		return nil, err
	}
	return openServer(postgresDialect(), connector, s.Pool), nil
}

func postgresDialect() dialect {
	return dialect{
		lexis: lexis{
			placeholder: func(n int) string { return "$" + strconv.Itoa(n) }, dollar: true,
			refused: []string{
				"ABORT", "PREPARE", "DEALLOCATE", "EXECUTE", "COPY", "LISTEN", "UNLISTEN", "DISCARD", "RESET", "LOAD",
				"DECLARE", "FETCH", "MOVE", "CLOSE",
			},
		},
		quote: sqliteQuote,
		ledger: `CREATE TABLE IF NOT EXISTS sluice_ledger (
			key text PRIMARY KEY, result text NOT NULL, at timestamptz NOT NULL DEFAULT now())`,
		claim:    `INSERT INTO sluice_ledger (key, result) VALUES ($1, 'null') ON CONFLICT (key) DO NOTHING`,
		readOnly: true,
		// The server says what an argument is to become, so that the driver binds it.
		bind:    bindPostgres,
		result:  func(v any, _ string) (core.Value, error) { return v, nil },
		many:    postgresMany,
		upsert:  insertOrUpdate,
		failure: postgresFailure,
	}
}

func bindPostgres(v core.Value) (any, error) {
	if text, ok := v.(string); ok && strings.ContainsRune(text, 0) {
		return nil, errors.New("PostgreSQL has no texts with a zero byte")
	}
	return v, nil
}

// postgresMany sends all sets at once, and then reads all answers.
func postgresMany(ctx context.Context, s *session, st *statement, sets [][]any, count func(set, rows int)) (at int, err error) {
	if len(sets) == 0 {
		return 0, nil
	}
	err = s.conn.Raw(func(driverConn any) error {
		conn, ok := driverConn.(*pgtext.Conn)
		if !ok {
			return fmt.Errorf("a connection of the type %T", driverConn)
		}
		at, err = conn.ExecMany(ctx, st.sql, sets, count)
		return err
	})
	return at, err
}

// postgresCodes are the codes of SQLSTATEs.
var postgresCodes = map[string]fault{
	"23505": {code: "db.unique_violation", permanent: true},
	"23P01": {code: "db.unique_violation", permanent: true},
	"23503": {code: "db.foreign_key_violation", permanent: true},
	"23001": {code: "db.foreign_key_violation", permanent: true},
	"23502": {code: "db.not_null_violation", permanent: true},
	"23514": {code: "db.check_violation", permanent: true},
	"P0001": {code: "db.check_violation", permanent: true},
	"40P01": {code: "db.deadlock"},
	"40001": {code: "db.serialization"},
	"55P03": {code: "db.busy"},
	"55006": {code: "db.busy"},
	"57014": {code: "db.timeout"},
	"57P05": {code: "db.connection_lost"},
	"57P01": {code: "db.connection_lost"},
	"57P02": {code: "db.connection_lost"},
	"57P03": {code: "db.unavailable"},
	"53300": {code: "db.pool_full"},
	"28000": {code: "db.auth", permanent: true},
	"28P01": {code: "db.auth", permanent: true},
	"3D000": {code: "db.no_such_database", permanent: true},
	"42501": {code: "db.permission", permanent: true},
	"42P01": {code: "db.no_such_table", permanent: true},
	"3F000": {code: "db.no_such_table", permanent: true},
	"42703": {code: "db.no_such_column", permanent: true},
	"42P10": {code: "db.no_unique_key", permanent: true},
	"25006": {code: "db.readonly", permanent: true},
	"22P02": {code: "db.type_mismatch", permanent: true},
	"22007": {code: "db.type_mismatch", permanent: true},
	"22008": {code: "db.type_mismatch", permanent: true},
	"42804": {code: "db.type_mismatch", permanent: true},
	"42883": {code: "db.type_mismatch", permanent: true},
	"42725": {code: "db.type_mismatch", permanent: true},
	"42P18": {code: "db.type_mismatch", permanent: true},
}

// postgresClasses are the codes of the classes of SQLSTATEs, for those that have none of their own.
var postgresClasses = map[string]fault{
	"08": {code: "db.connection_lost"},
	"22": {code: "db.bad_value", permanent: true},
	"23": {code: "db.check_violation", permanent: true},
	"28": {code: "db.auth", permanent: true},
	"40": {code: "db.serialization"},
	"53": {code: "db.unavailable"},
	"57": {code: "db.unavailable"},
	"58": {code: "db.unavailable"},
	"XX": {code: "db.unavailable"},
}

// postgresValue is where a message shows a value, which may be an argument.
var postgresValue = regexp.MustCompile(`: ".*"$|"[^"]*" is out of range`)

func postgresFailure(err error) fault {
	if errors.Is(err, pgtext.ErrValue) {
		return fault{"db.bad_value", "the database and JSON do not agree on a value: " + err.Error(), true, -1}
	}
	said, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return lineFault(err)
	}
	why, ok := postgresCodes[said.Code]
	if !ok {
		if why, ok = postgresClasses[said.Code[:min(2, len(said.Code))]]; !ok {
			why = fault{code: "db.syntax", permanent: true}
		}
	}
	why.message, why.offset = said.Message, -1
	if strings.HasPrefix(said.Code, "22") {
		why.message = postgresValue.ReplaceAllString(said.Message, "")
	}
	switch why.code {
	case "db.no_unique_key":
		why.message = "the key columns are not the primary key or a unique index"
	case "db.type_mismatch":
		if said.Code == "42P18" || said.Code == "42725" {
			why.message += "; say what it is with CAST(… AS …)"
		}
	}
	if said.Position > 0 && why.code != "db.no_unique_key" {
		why.offset = int(said.Position) - 1
	}
	return why
}
