package pgtext

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sluice/engine/value"
)

// The numbers of the types that are read or written in a form of their own.
const (
	boolOID        = 16
	byteaOID       = 17
	int8OID        = 20
	int2OID        = 21
	int4OID        = 23
	textOID        = 25
	oidOID         = 26
	jsonOID        = 114
	float4OID      = 700
	float8OID      = 701
	unknownOID     = 705
	varcharOID     = 1043
	dateOID        = 1082
	timestampOID   = 1114
	timestamptzOID = 1184
	numericOID     = 1700
	uuidOID        = 2950
	jsonbOID       = 3802
)

// scalar reports whether a type is known to be no array.
func scalar(oid uint32) bool {
	switch oid {
	case 0, boolOID, byteaOID, int8OID, int2OID, int4OID, textOID, oidOID, jsonOID, float4OID, float8OID, unknownOID, varcharOID,
		dateOID, timestampOID, timestamptzOID, numericOID, uuidOID, jsonbOID:
		return true
	}
	return false
}

// ErrValue is a value that JSON cannot write, or that no column can hold.
var ErrValue = errors.New("no such value")

// read is what a column of this type holds as a JSON value; item is the type of an array's items, 0 for no array.
func read(text []byte, oid, item uint32) (any, error) {
	if text == nil {
		return nil, nil
	}
	if item != 0 {
		return readArray(string(text), item)
	}
	switch oid {
	case boolOID:
		return text[0] == 't', nil
	case int2OID, int4OID, int8OID, oidOID:
		n, err := strconv.ParseInt(string(text), 10, 64)
		return int(n), err
	case float4OID, float8OID, numericOID:
		n, err := value.ParseNumber(string(text))
		if err != nil {
			return nil, fmt.Errorf("%w: %s is a number that JSON cannot write; select it as text", ErrValue, text)
		}
		return n, nil
	case jsonOID, jsonbOID:
		return value.Decode(text)
	case byteaOID:
		raw, err := hex.DecodeString(strings.TrimPrefix(string(text), `\x`))
		return base64.StdEncoding.EncodeToString(raw), err
	case timestamptzOID:
		return readInstant(string(text)), nil
	default:
		return strings.ToValidUTF8(string(text), "\uFFFD"), nil
	}
}

// readInstant writes an instant as RFC 3339 does; infinity and times before our era stay as they are.
func readInstant(text string) string {
	t, err := time.Parse("2006-01-02 15:04:05.999999-07", text)
	if err != nil {
		return text
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// write is a JSON value as the text of a type; nil is NULL.
func write(v any, oid, item uint32) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(v), nil
	case bool:
		if v && (oid == int2OID || oid == int4OID || oid == int8OID) {
			return []byte("1"), nil
		} else if oid == int2OID || oid == int4OID || oid == int8OID {
			return []byte("0"), nil
		}
		return strconv.AppendBool(nil, v), nil
	case int64:
		return strconv.AppendInt(nil, v, 10), nil
	case []byte:
		if oid == byteaOID {
			return []byte(`\x` + hex.EncodeToString(v)), nil
		}
		return v, nil
	case []any:
		if item != 0 {
			return writeArray(nil, v)
		}
	}
	text, err := value.Encode(v)
	if err != nil {
		return nil, fmt.Errorf("%w: a %s cannot be stored", ErrValue, value.Kind(v))
	}
	if text[0] == '"' {
		// Times and durations are texts in JSON.
		return text[1 : len(text)-1], nil
	}
	return text, nil
}

// writeArray writes the text of an array, its items quoted so that none is mistaken for NULL or a bracket.
func writeArray(dst []byte, items []any) ([]byte, error) {
	dst = append(dst, '{')
	for i, v := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if inner, ok := v.([]any); ok {
			var err error
			if dst, err = writeArray(dst, inner); err != nil {
				return nil, err
			}
			continue
		}
		text, err := write(v, 0, 0)
		if err != nil {
			return nil, err
		}
		if text == nil {
			dst = append(dst, "NULL"...)
			continue
		}
		dst = append(dst, '"')
		for _, c := range text {
			if c == '"' || c == '\\' {
				dst = append(dst, '\\')
			}
			dst = append(dst, c)
		}
		dst = append(dst, '"')
	}
	return append(dst, '}'), nil
}

// readArray reads the text of an array: {1,NULL,"a \"b\""}, {{1},{2}}, or [2:3]={1,2}, whose bounds JSON does not have.
func readArray(text string, item uint32) (any, error) {
	if strings.HasPrefix(text, "[") {
		_, text, _ = strings.Cut(text, "=")
	}
	r := arrayReader{text: text, item: item}
	list, err := r.list()
	if err != nil {
		return nil, err
	}
	if r.pos != len(text) {
		return nil, r.broken()
	}
	return list, nil
}

type arrayReader struct {
	text string
	pos  int
	item uint32
}

func (r *arrayReader) broken() error {
	return fmt.Errorf("%w: an array in a form that is not known; select it as text or JSON", ErrValue)
}

func (r *arrayReader) peek() byte {
	if r.pos < len(r.text) {
		return r.text[r.pos]
	}
	return 0
}

func (r *arrayReader) list() ([]any, error) {
	list := []any{}
	if r.peek() != '{' {
		return nil, r.broken()
	}
	if r.pos++; r.peek() == '}' {
		r.pos++
		return list, nil
	}
	for {
		v, err := r.element()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		end := r.peek()
		r.pos++
		switch end {
		case ',':
		case '}':
			return list, nil
		default:
			return nil, r.broken()
		}
	}
}

func (r *arrayReader) element() (any, error) {
	switch r.peek() {
	case '{':
		list, err := r.list()
		return list, err
	case '"':
		var text []byte
		for r.pos++; r.peek() != '"'; r.pos++ {
			if r.peek() == '\\' {
				r.pos++
			}
			if r.pos >= len(r.text) {
				return nil, r.broken()
			}
			text = append(text, r.text[r.pos])
		}
		r.pos++
		return read(append([]byte{}, text...), r.item, 0)
	}
	start := r.pos
	for r.pos < len(r.text) && r.text[r.pos] != ',' && r.text[r.pos] != '}' {
		r.pos++
	}
	if word := r.text[start:r.pos]; word != "NULL" {
		return read([]byte(word), r.item, 0)
	}
	return nil, nil
}
