package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// object is a JSON object that keeps the order of its keys: documents show things in the order their author chose.
type object struct {
	keys   []string
	values map[string]any
}

// decode reads JSON; objects become *object, lists []any, numbers json.Number.
func decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return decodeValue(d)
}

func decodeObject(data []byte) (*object, error) {
	v, err := decode(data)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*object)
	if !ok {
		return nil, fmt.Errorf("not a JSON object")
	}
	return o, nil
}

func decodeValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		o := &object{values: map[string]any{}}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			o.keys = append(o.keys, key.(string))
			o.values[key.(string)] = v
		}
		_, err := d.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

// MarshalJSON writes the keys in their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, key := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := plain(&b, key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := plain(&b, o.values[key]); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plain writes v as JSON with <, > and & as they are.
func plain(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// compact is v as JSON on one line.
func compact(v any) string {
	var b bytes.Buffer
	if err := plain(&b, v); err != nil {
		return err.Error()
	}
	return b.String()
}

// indented is JSON laid out for people.
func indented(data []byte) (string, error) {
	var b bytes.Buffer
	err := json.Indent(&b, data, "", "  ")
	b.WriteByte('\n')
	return b.String(), err
}

// get is the value of a key, nil if it is absent.
func (o *object) get(key string) any {
	if o == nil {
		return nil
	}
	return o.values[key]
}

func (o *object) object(key string) *object {
	v, _ := o.get(key).(*object)
	return v
}

func (o *object) list(key string) []any {
	v, _ := o.get(key).([]any)
	return v
}

func (o *object) text(key string) string {
	v, _ := o.get(key).(string)
	return v
}

func (o *object) is(key string) bool {
	v, _ := o.get(key).(bool)
	return v
}
