package flows

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/nodes"
)

// reader turns a decoded tree into a Document and notes what is wrong on the way.
type reader struct {
	findings
}

// object is a JSON object being read: each key is asked for once, and what nobody asked for is unknown.
type object struct {
	r       *reader
	pointer string
	fields  core.Object
	known   []string
}

// objectAt reads v as an object; a wrong type is a finding and gives an object without fields.
func (r *reader) objectAt(pointer string, v core.Value) *object {
	fields, ok := v.(core.Object)
	if !ok {
		r.wrongType(pointer, "object", v)
	}
	return &object{r: r, pointer: pointer, fields: fields}
}

func (r *reader) wrongType(pointer, want string, got core.Value) {
	r.add("flow.type", pointer, map[string]string{"want": want, "got": jsonType(got)})
}

// jsonType names the JSON type of a value for a finding.
func jsonType(v core.Value) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case core.List:
		return "array"
	case core.Object:
		return "object"
	default:
		return "number"
	}
}

func (o *object) at(key string) string { return o.pointer + "/" + value.EscapePointer(key) }

// get marks a key as known and finds its value.
func (o *object) get(key string) (core.Value, bool) {
	o.known = append(o.known, key)
	v, ok := o.fields[key]
	return v, ok
}

// need reports the keys that are missing.
func (o *object) need(keys ...string) {
	if o.fields == nil {
		return
	}
	for _, key := range keys {
		if _, ok := o.fields[key]; !ok {
			o.r.add("flow.key.missing", o.pointer, map[string]string{"key": key})
		}
	}
}

// done reports the keys that nobody asked for.
func (o *object) done() {
	for _, key := range slices.Sorted(maps.Keys(o.fields)) {
		if !slices.Contains(o.known, key) {
			o.r.addKey("flow.key.unknown", o.at(key), map[string]string{"key": key, "nearest": diag.Nearest(key, o.known)})
		}
	}
}

func (o *object) text(key string) string {
	v, ok := o.get(key)
	if !ok {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		o.r.wrongType(o.at(key), "string", v)
	}
	return s
}

func (o *object) choice(key string, choices ...string) string {
	s := o.text(key)
	if _, isText := o.fields[key].(string); !isText || slices.Contains(choices, s) {
		return s
	}
	o.r.add("flow.choice", o.at(key), map[string]string{
		"value": s, "choices": strings.Join(choices, ", "), "nearest": diag.Nearest(s, choices),
	})
	return ""
}

func (o *object) boolean(key string) bool {
	v, ok := o.get(key)
	if !ok {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		o.r.wrongType(o.at(key), "boolean", v)
	}
	return b
}

func (o *object) integer(key string, least, most int) int {
	v, ok := o.get(key)
	if !ok {
		return 0
	}
	if big, isBig := v.(value.Decimal); isBig && big.IsWhole() {
		o.outOfRange(key, big.String(), strconv.Itoa(least), strconv.Itoa(most))
		return 0
	}
	n, ok := v.(int)
	if !ok {
		o.r.wrongType(o.at(key), "integer", v)
		return 0
	}
	if n < least || n > most {
		o.outOfRange(key, strconv.Itoa(n), strconv.Itoa(least), strconv.Itoa(most))
		return 0
	}
	return n
}

func (o *object) number(key string, least, most float64) float64 {
	v, ok := o.get(key)
	if !ok {
		return 0
	}
	d, err := value.ToDecimal(v)
	if _, isText := v.(string); isText || err != nil {
		o.r.wrongType(o.at(key), "number", v)
		return 0
	}
	n := d.Float()
	if n < least || n > most {
		o.outOfRange(key, d.String(), fmt.Sprint(least), fmt.Sprint(most))
		return 0
	}
	return n
}

func (o *object) outOfRange(key, got, least, most string) {
	o.r.add("flow.number.range", o.at(key), map[string]string{"value": got, "min": least, "max": most})
}

// duration reads a duration; bounds are inclusive.
func (o *object) duration(key string, least, most time.Duration) time.Duration {
	s := o.text(key)
	if _, isText := o.fields[key].(string); !isText {
		return 0
	}
	d, err := nodes.ParseDuration(s)
	if err != nil {
		o.r.add("flow.duration.invalid", o.at(key), map[string]string{"value": s})
		return 0
	}
	if d < least || d > most {
		o.r.add("flow.duration.range", o.at(key), map[string]string{
			"value": s, "min": formatDuration(least), "max": formatDuration(most),
		})
		return 0
	}
	return d
}

// id reads an id; what is not one is kept, so that what refers to it is not reported too.
func (o *object) id(key string) string {
	s := o.text(key)
	if _, isText := o.fields[key].(string); isText && !isID(s) {
		o.r.add("flow.id.invalid", o.at(key), map[string]string{"id": s})
	}
	return s
}

// isID is the contract's [a-z][a-z0-9_-]{0,63}.
func isID(s string) bool {
	if s == "" || len(s) > 64 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// title reads a string or an object of strings by language.
func (o *object) title(key string) Text {
	v, ok := o.get(key)
	if !ok {
		return nil
	}
	switch v := v.(type) {
	case string:
		return Text{"": v}
	case core.Object:
		t := make(Text, len(v))
		for _, lang := range slices.Sorted(maps.Keys(v)) {
			text, ok := v[lang].(string)
			if !ok {
				o.r.wrongType(o.at(key)+"/"+value.EscapePointer(lang), "string", v[lang])
			}
			t[lang] = text
		}
		return t
	default:
		o.r.wrongType(o.at(key), "string/object", v)
		return nil
	}
}

func (o *object) object(key string) core.Object {
	v, ok := o.get(key)
	if !ok {
		return nil
	}
	fields, ok := v.(core.Object)
	if !ok {
		o.r.wrongType(o.at(key), "object", v)
	}
	return fields
}

// each calls visit for the items of a list.
func (o *object) each(key string, visit func(pointer string, v core.Value)) {
	v, ok := o.get(key)
	if !ok {
		return
	}
	list, ok := v.(core.List)
	if !ok {
		o.r.wrongType(o.at(key), "array", v)
		return
	}
	for i, item := range list {
		visit(o.at(key)+"/"+strconv.Itoa(i), item)
	}
}
