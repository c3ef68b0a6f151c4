package sqldb

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
)

// bindMySQL makes decimals of fractions, for mysqlRender: what stands for 0.1 is to be that. Times are in UTC, as the sessions.
func bindMySQL(v core.Value) (any, error) {
	switch v := v.(type) {
	case value.Decimal:
		return v, nil
	case float64:
		return value.ToDecimal(v)
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.999999"), nil
	default:
		return bind(v)
	}
}

// mysqlRender is the statement in which decimals are decimals: as a text, by which they are sent, MySQL would calculate
// with them in floating point.
func mysqlRender(st *statement, args []any) (string, []any) {
	return mysqlPart(st, extent{0, len(st.sql)}, args)
}

// mysqlPart is a part of a statement with the arguments that stand in it.
func mysqlPart(st *statement, part extent, args []any) (string, []any) {
	var text strings.Builder
	out, copied := make([]any, 0, len(args)), part.from
	for i, arg := range args {
		decimal, ok := arg.(value.Decimal)
		if !ok {
			out = append(out, arg)
			continue
		}
		digits := decimal.String()
		out = append(out, digits)
		_, fraction, _ := strings.Cut(digits, ".")
		if len(fraction) > 30 || len(digits) > 60 {
			// More than a DECIMAL holds.
			out[i] = decimal.Float()
		}
		if len(fraction) > 30 || len(digits) > 60 || i >= len(st.spots) {
			continue
		}
		text.WriteString(st.sql[copied:st.spots[i].sent.from])
		text.WriteString("CAST(? AS DECIMAL(65," + strconv.Itoa(len(fraction)) + "))")
		copied = st.spots[i].sent.to
	}
	text.WriteString(st.sql[copied:part.to])
	return text.String(), out
}

// mysqlResult is a value of MySQL's as JSON.
func mysqlResult(v any, declared string) (core.Value, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case int64:
		return int(v), nil
	case uint64:
		return value.ParseNumber(strconv.FormatUint(v, 10))
	case float32:
		return value.ParseNumber(strconv.FormatFloat(float64(v), 'g', -1, 32))
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, refused("db.bad_value", "the result holds a number that JSON cannot write")
		}
		return value.Normalize(v)
	case []byte:
		return mysqlText(v, declared)
	case string:
		return mysqlText([]byte(v), declared)
	default:
		return nil, refused("db.bad_value", "the driver returned a %T, which has no JSON form", v)
	}
}

func mysqlText(text []byte, declared string) (core.Value, error) {
	switch strings.TrimPrefix(declared, "UNSIGNED ") {
	case "DECIMAL", "BIGINT", "INT", "MEDIUMINT", "SMALLINT", "TINYINT", "YEAR":
		n, err := value.ParseNumber(string(text))
		if err != nil {
			return nil, refused("db.bad_value", "the result holds a number that JSON cannot write")
		}
		return n, nil
	case "BIT":
		if len(text) > 8 {
			return nil, errors.New("a BIT of more than 64 bits")
		}
		var n uint64
		for _, b := range text {
			n = n<<8 | uint64(b)
		}
		return value.ParseNumber(strconv.FormatUint(n, 10))
	case "JSON":
		return value.Decode(text)
	case "BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "BINARY", "VARBINARY", "GEOMETRY", "VECTOR":
		return base64.StdEncoding.EncodeToString(text), nil
	case "TIMESTAMP":
		if t, err := time.Parse("2006-01-02 15:04:05.999999", string(text)); err == nil {
			return t.Format(time.RFC3339Nano), nil
		}
	}
	return strings.ToValidUTF8(string(text), "\uFFFD"), nil
}
