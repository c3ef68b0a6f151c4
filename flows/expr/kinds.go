package expr

import (
	"encoding/hex"
	"math/bits"
	"strings"
	"time"

	"sluice/engine/value"
)

// kinds is a set of kinds of values.
type kinds uint16

const (
	kNull kinds = 1 << iota
	kBool
	kNumber
	kString
	kList
	kObject
	kTime
	kDuration
	kBytes
	kZone
	kAny = 1<<iota - 1
)

var kindNames = [...]string{"null", "boolean", "number", "string", "list", "object", "time", "duration", "bytes", "zone"}

func (k kinds) String() string {
	if k == kAny {
		return "any"
	}
	var names []string
	for rest := k; rest != 0; rest &= rest - 1 {
		names = append(names, kindNames[bits.TrailingZeros16(uint16(rest))])
	}
	return strings.Join(names, " or ")
}

func kindOf(v any) kinds {
	switch v.(type) {
	case nil:
		return kNull
	case bool:
		return kBool
	case int, float64, value.Decimal:
		return kNumber
	case string, digest:
		return kString
	case []any:
		return kList
	case map[string]any:
		return kObject
	case time.Time:
		return kTime
	case time.Duration:
		return kDuration
	case []byte:
		return kBytes
	case *time.Location:
		return kZone
	}
	return 0
}

// digest is the hexadecimal text of a hash. It is a string everywhere, except that base64 and hex take the hash's own
// bytes: both md5(x) and base64(hmacSha256(key, x)) are then what platforms mean by them.
type digest string

func (d digest) bytes() []byte {
	b, err := hex.DecodeString(string(d))
	if err != nil {
		return []byte(d)
	}
	return b
}

// plain makes a string of a digest.
func plain(v any) any {
	if d, ok := v.(digest); ok {
		return string(d)
	}
	return v
}

// Type is what is known of a value before it is there. A nil Type is any value. It is immutable.
type Type struct {
	kinds  kinds
	fields map[string]*Type
	// closed says that an object has no fields but these.
	closed bool
	items  *Type
}

// maxSchemaDepth bounds how deep a schema is read; deeper parts are any value.
const maxSchemaDepth = 32

// TypeOf reads a decoded JSON Schema as far as it matters here: type, properties, additionalProperties, items. Anything
// it does not understand is any value.
func TypeOf(schema any) *Type { return typeOf(schema, 0) }

func typeOf(schema any, depth int) *Type {
	s, ok := schema.(map[string]any)
	if !ok || depth > maxSchemaDepth {
		return nil
	}
	t := &Type{kinds: schemaKinds(s["type"])}
	for _, unread := range []string{"$ref", "$dynamicRef", "oneOf", "anyOf", "allOf", "if", "patternProperties"} {
		if _, ok := s[unread]; ok {
			return &Type{kinds: t.kinds}
		}
	}
	if properties, ok := s["properties"].(map[string]any); ok {
		t.fields = make(map[string]*Type, len(properties))
		for name, field := range properties {
			t.fields[name] = typeOf(field, depth+1)
		}
		t.closed = s["additionalProperties"] == false
	}
	t.items = typeOf(s["items"], depth+1)
	return t
}

func schemaKinds(v any) kinds {
	names := map[string]kinds{
		"null": kNull, "boolean": kBool, "number": kNumber, "integer": kNumber, "string": kString, "array": kList, "object": kObject,
	}
	switch v := v.(type) {
	case string:
		if k, ok := names[v]; ok {
			return k
		}
	case []any:
		var all kinds
		for _, name := range v {
			s, _ := name.(string)
			all |= names[s]
		}
		if all != 0 {
			return all
		}
	}
	return kAny
}

func known(k kinds) *Type {
	if k == kAny {
		return nil
	}
	return &Type{kinds: k}
}

// mask is the kinds that a value of type t can be.
func (t *Type) mask() kinds {
	if t == nil {
		return kAny
	}
	return t.kinds
}

// maybeNull is t or nothing: what is read from a field may be absent, whatever a schema says.
func (t *Type) maybeNull() *Type {
	if t == nil || t.kinds&kNull != 0 {
		return t
	}
	u := *t
	u.kinds |= kNull
	return &u
}
