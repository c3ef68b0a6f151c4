package shop

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
)

// decodeExact decodes JSON like a platform would: names must be spelled exactly as documented. encoding/json also takes
// messageUrl for messageURL, which would let mistakes pass that a real platform refuses.
func decodeExact(text []byte, to any) error {
	tree, err := parseJSON(text)
	if err != nil {
		return err
	}
	prune(tree, reflect.TypeOf(to).Elem())
	return json.Unmarshal(jsonText(tree), to)
}

// parseJSON reads exactly one JSON value and keeps numbers as they are written.
func parseJSON(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("there is more than one JSON value")
	}
	return tree, nil
}

// prune removes the members whose names the type does not spell just so.
func prune(tree any, t reflect.Type) {
	switch node := tree.(type) {
	case map[string]any:
		for name, value := range node {
			inner, known := member(t, name)
			if !known {
				delete(node, name)
				continue
			}
			prune(value, inner)
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for _, value := range node {
				prune(value, t.Elem())
			}
		}
	}
}

// member gives the type of what stands under a name in a value of the type.
func member(t reflect.Type, name string) (reflect.Type, bool) {
	switch t.Kind() {
	case reflect.Pointer:
		return member(t.Elem(), name)
	case reflect.Map:
		return t.Elem(), true
	case reflect.Struct:
		for field := range t.Fields() {
			tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if tag == name {
				return field.Type, true
			}
		}
		return nil, false
	default: // raw JSON, or a type that the text does not fit and that decoding will refuse
		return t, true
	}
}
