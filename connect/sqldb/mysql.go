package sqldb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// OpenMySQL returns a database of a MySQL or MariaDB server. Nothing is sent before the first call.
//
// Sessions are in UTC and strict: nothing is cut off or bent to fit. Numbers come with all their digits, BIT as a number,
// JSON as JSON (of MariaDB, which has texts in its place, as text), TIMESTAMP in RFC 3339 and UTC, DATETIME as it is
// stored, bytes in base64. BOOLEAN is a number there, and comes as one.
func OpenMySQL(s Server) (*DB, error) {
	config := mysql.NewConfig()
	config.Net, config.Addr = "tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port))
	config.User, config.Passwd, config.DBName = s.User, s.Password, s.Database
	config.Params = map[string]string{
		"time_zone": "'+00:00'", "sql_mode": "'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
	}
	config.ConnectionAttributes = "program_name:sluice"
	config.TLS, config.AllowFallbackToPlaintext = s.TLS, s.Plain
	config.Timeout, config.DialFunc = connectTimeout, s.Dial
	config.ClientFoundRows = true
	config.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	return openServer(mysqlDialect(), connector, s.Pool), nil
}

func mysqlDialect() dialect {
	return dialect{
		lexis: lexis{
			placeholder: func(int) string { return "?" }, backslash: true, doubleString: true, backtick: true, hash: true,
			refused: []string{
				"USE", "LOCK", "UNLOCK", "LOAD", "XA", "KILL", "FLUSH", "RESET", "SHUTDOWN", "PREPARE", "EXECUTE", "DEALLOCATE",
				"HANDLER", "CHANGE", "INSTALL", "UNINSTALL",
			},
		},
		quote: mysqlQuote,
		ledger: "CREATE TABLE IF NOT EXISTS sluice_ledger (`key` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, " +
			"result TEXT NOT NULL, at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)) ENGINE = InnoDB",
		claim:    "INSERT IGNORE INTO sluice_ledger (`key`, result) VALUES (?, 'null')",
		readOnly: true,
		begun:    mysqlBegun,
		bind:     bindMySQL,
		result:   mysqlResult,
		render:   mysqlRender,
		many:     mysqlMany,
		upsert:   mysqlUpsert,
		failure:  mysqlFailure,
	}
}

func mysqlQuote(identifier string) string {
	return "`" + strings.ReplaceAll(identifier, "`", "``") + "`"
}

// mysqlBegun has the server end statements that outlive the task: all of MariaDB's, and of MySQL, which knows no such
// bound for writes, those that read.
func mysqlBegun(ctx context.Context, s *session) error {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(24 * time.Hour)
	}
	left := max(time.Until(deadline), time.Millisecond)
	_, err := s.tx.ExecContext(ctx, fmt.Sprintf("SET SESSION max_statement_time = %.3f", left.Seconds()))
	if refusal, is := errors.AsType[*mysql.MySQLError](err); is && refusal.Number == 1193 {
		_, err = s.tx.ExecContext(ctx, fmt.Sprintf("SET SESSION max_execution_time = %d", left.Milliseconds()))
	}
	return err
}

// mysqlCodes are the codes of MySQL's and MariaDB's numbers.
func mysqlCode(number uint16) (code string, permanent bool) {
	switch number {
	case 1062, 1022, 1586:
		return "db.unique_violation", true
	case 1216, 1217, 1451, 1452:
		return "db.foreign_key_violation", true
	case 1048, 1364, 1263:
		return "db.not_null_violation", true
	case 3819, 4025, 1644:
		return "db.check_violation", true
	case 1213:
		return "db.deadlock", false
	case 1020:
		return "db.serialization", false
	case 1205, 3572, 1615, 1412:
		return "db.busy", false
	case 1969, 3024, 1317:
		return "db.timeout", false
	case 1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 3169, 4031:
		return "db.connection_lost", false
	case 1040, 1135, 1203, 1226:
		return "db.pool_full", false
	case 1021, 1030, 1037, 1041, 1114, 1129, 1130, 1180, 1181:
		return "db.unavailable", false
	case 1045, 1251, 1698, 1820, 1862, 3118, 3955, 4151:
		return "db.auth", true
	case 1049:
		return "db.no_such_database", true
	case 1044, 1142, 1143, 1227, 1345, 1370, 1419:
		return "db.permission", true
	case 1146, 1051:
		return "db.no_such_table", true
	case 1054:
		return "db.no_such_column", true
	case 1290, 1792, 1836:
		return "db.readonly", true
	case 1292, 1366, 1411, 1525:
		return "db.type_mismatch", true
	case 1153, 1264, 1265, 1365, 1406, 1416, 1690, 3140, 3141, 3156:
		return "db.bad_value", true
	case 1295:
		return "db.refused", true
	default:
		return "db.syntax", true
	}
}

// mysqlValue is where a message shows a value, which may be an argument.
var mysqlValue = regexp.MustCompile(`(value): '(?s:.*)' (for column)|(Duplicate entry) '(?s:.*)' (for key)|(value is out of range) in .*|(value): '(?s:.*)'$`)

func mysqlFailure(err error) fault {
	said, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok {
		switch {
		case errors.Is(err, mysql.ErrPktTooLarge):
			return fault{"db.bad_value", "the values of a statement are larger than the server takes", true, -1}
		case errors.Is(err, mysql.ErrNoTLS):
			return fault{"db.tls", "the server speaks no TLS", true, -1}
		case errors.Is(err, mysql.ErrCleartextPassword), errors.Is(err, mysql.ErrNativePassword), errors.Is(err, mysql.ErrOldPassword),
			errors.Is(err, mysql.ErrUnknownPlugin):
			return fault{"db.auth", "the server wants a way of signing in that is not supported", true, -1}
		}
		return lineFault(err)
	}
	code, permanent := mysqlCode(said.Number)
	message := mysqlValue.ReplaceAllString(said.Message, "$1$3$5$6 $2$4")
	if code == "db.type_mismatch" && strings.Contains(message, "datetime value") {
		message += "; a time is written 2006-01-02 15:04:05 there, in UTC, without a zone"
	}
	return fault{code, strings.TrimSpace(message), permanent, -1}
}
