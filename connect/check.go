package connect

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/connect/limit"
	"sluice/engine/core"
	"sluice/engine/value"
)

// object reports what is not an object.
func (c *checker) object(pointer string, v core.Value) (core.Object, bool) {
	object, ok := v.(core.Object)
	if !ok {
		c.report("connection.bad_value", pointer, "must be an object, not %s", value.Kind(v))
	}
	return object, ok
}

// known reports the keys of an object that are none of names.
func (c *checker) known(pointer string, object core.Object, names ...string) {
	for key := range object {
		if !slices.Contains(names, key) {
			c.report("connection.unknown_key", pointer+"/"+value.EscapePointer(key), "the key %s is not known here%s", key, hint(key, names))
		}
	}
}

// fields checks an object against its fields.
func (c *checker) fields(pointer string, object core.Object, fields []Field) {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = field.Name
	}
	c.known(pointer, object, names...)
	c.values(pointer, object, fields)
}

func (c *checker) values(pointer string, object core.Object, fields []Field) {
	for i := range fields {
		field := &fields[i]
		at := pointer + "/" + field.Name
		v, given := object[field.Name]
		if !given {
			if field.Required {
				c.report("connection.required", at, "%s is missing", field.Name)
			}
			continue
		}
		c.value(at, v, field)
	}
}

func (c *checker) value(at string, v core.Value, field *Field) {
	switch field.Kind {
	case Flag:
		if _, ok := v.(bool); !ok {
			c.report("connection.bad_value", at, "must be true or false, not %s", value.Kind(v))
		}
	case Count:
		c.whole(at, v, MaxCount)
	case Port:
		c.whole(at, v, maxPort)
	case TextList:
		c.list(at, v)
	case TextMap:
		object, _ := c.object(at, v)
		for key, item := range object {
			if _, ok := item.(string); !ok {
				c.report("connection.bad_value", at+"/"+value.EscapePointer(key), "must be a string, not %s", value.Kind(item))
			}
		}
	case Group:
		if object, ok := c.object(at, v); ok {
			c.fields(at, object, field.Fields)
		}
	case Variants:
		c.variant(at, v, field)
	default:
		text, ok := v.(string)
		if !ok {
			c.report("connection.bad_value", at, "must be a string, not %s", value.Kind(v))
			return
		}
		if err := checkText(text, field); err != nil {
			c.report("connection.bad_value", at, "%s", err)
		}
	}
}

func (c *checker) whole(at string, v core.Value, most int) {
	if n, ok := v.(int); !ok || n < 1 || n > most {
		c.report("connection.bad_value", at, "must be a whole number from 1 to %d", most)
	}
}

// list checks a list of texts.
func (c *checker) list(at string, v core.Value) {
	list, ok := v.(core.List)
	if !ok || len(list) == 0 {
		c.report("connection.bad_value", at, "must be a list of at least one string")
		return
	}
	for i, item := range list {
		if text, ok := item.(string); !ok || text == "" {
			c.report("connection.bad_value", at+"/"+strconv.Itoa(i), "must be a string that is not empty")
		}
	}
}

func (c *checker) variant(at string, v core.Value, field *Field) {
	object, ok := c.object(at, v)
	if !ok {
		return
	}
	variant := chosen(field, v)
	if variant == nil {
		names := make([]string, len(field.Variants))
		for i := range field.Variants {
			names[i] = field.Variants[i].Name
		}
		given, _ := object["type"].(string)
		c.report("connection.bad_value", at+"/type", "type must be one of %s%s", strings.Join(names, ", "), hint(given, names))
		return
	}
	names := []string{"type"}
	for _, f := range variant.Fields {
		names = append(names, f.Name)
	}
	c.known(at, object, names...)
	c.values(at, object, variant.Fields)
}

// chosen is the variant that a value says it is, nil for none.
func chosen(field *Field, v core.Value) *Variant {
	object, _ := v.(core.Object)
	name, _ := object["type"].(string)
	for i := range field.Variants {
		if field.Variants[i].Name == name {
			return &field.Variants[i]
		}
	}
	return nil
}

func checkText(text string, field *Field) error {
	switch field.Kind {
	case URL:
		_, err := parseURL(text)
		return err
	case DatabaseURL:
		_, err := parseDatabaseURL(text, field.Choices)
		return err
	case Address:
		_, err := parseAddress(text, field.Choices)
		return err
	case Duration:
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return errors.New("must be a duration above zero, such as 2800ms or 1.5s")
		}
	case Date:
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return errors.New("must be a day, such as 2027-03-01")
		}
	case Rate:
		_, err := limit.ParseRate(text)
		return err
	case Choice:
		if !slices.Contains(field.Choices, text) {
			return errors.New("must be one of " + strings.Join(field.Choices, ", ") + hint(text, field.Choices))
		}
	default:
		if text == "" && field.Required {
			return errors.New("must not be empty")
		}
	}
	return nil
}

// parseURL reads the address of a connection.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, errors.New("must be an address such as https://api.example.com")
	}
	if u.User != nil {
		return nil, errors.New("must not hold a user or password; those are secrets")
	}
	if u.Fragment != "" {
		return nil, errors.New("must not hold a fragment (#…)")
	}
	return u, nil
}

// hint suggests the known name that is nearest to an unknown one, if one is near.
func hint(name string, known []string) string {
	best, least := "", len(name)/2+1
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" || name == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance is Levenshtein's, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
