package flows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
)

// FormSchema decodes a JSON Schema and notes the order in which its properties were written, which a form has to follow and
// a decoded object does not keep: every object with properties gets x-order, a list of their names.
func FormSchema(text []byte) (core.Object, error) {
	v, err := value.Decode(text)
	if err != nil {
		return nil, err
	}
	root, ok := v.(core.Object)
	if !ok {
		return nil, errors.New("not an object")
	}
	o := orders{d: json.NewDecoder(bytes.NewReader(text)), of: map[string]core.List{}}
	if err := o.value(""); err != nil {
		return nil, fmt.Errorf("the order of properties: %w", err)
	}
	for pointer, names := range o.of {
		home, ok := strings.CutSuffix(pointer, "/properties")
		if !ok {
			continue
		}
		at, _ := find(root, home)
		if schema, ok := at.(core.Object); ok {
			schema["x-order"] = names
		}
	}
	return root, nil
}

// orders reads a JSON text for the names in each object, by the object's pointer.
type orders struct {
	d  *json.Decoder
	of map[string]core.List
}

func (o *orders) value(pointer string) error {
	token, err := o.d.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	for i := 0; o.d.More(); i++ {
		inner := fmt.Sprintf("%s/%d", pointer, i)
		if open == '{' {
			key, err := o.d.Token()
			if err != nil {
				return err
			}
			name, _ := key.(string)
			o.of[pointer] = append(o.of[pointer], name)
			inner = pointer + "/" + value.EscapePointer(name)
		}
		if err := o.value(inner); err != nil {
			return err
		}
	}
	_, err = o.d.Token()
	return err
}
