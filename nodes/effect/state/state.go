// Package state is what the node types state.get and state.set share: the values that a flow keeps beyond its runs, by key.
//
// It must not know where values are stored: that is behind [Values].
package state

import (
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes/control/key"
	"sluice/nodes/effect/args"
)

// Values keeps the values of flows as bytes, each flow's apart. It is safe for concurrent use.
type Values interface {
	// Get is nil where nothing is kept. The bytes are the caller's.
	Get(flow, key string) ([]byte, error)
	// Set keeps a value: it is durable on nil, and nothing has changed on an error. A nil value is forgotten.
	Set(flow, key string, value []byte) error
}

// Key is the config's key as text: an order number is the same key whether a message held it as a number or as text.
func Key(v core.Value) (string, *core.Failure) {
	text, ok := key.Text(v)
	if !ok {
		return "", args.Invalid("/key", "must be a text or number of 1 to %d bytes, not %s", key.Longest, kind(v))
	}
	return text, nil
}

func kind(v core.Value) string {
	switch v := v.(type) {
	case string:
		if v == "" {
			return "an empty text"
		}
		return "a longer one"
	default:
		return value.Kind(v)
	}
}

// Get is the value under a key of a flow, nil where none is kept.
func Get(values Values, flow, key string) (core.Value, *core.Failure) {
	if values == nil {
		return nil, nowhere()
	}
	data, err := values.Get(flow, key)
	if err != nil {
		return nil, unavailable("read", err)
	}
	if data == nil {
		return nil, nil
	}
	v, err := value.Decode(data)
	if err != nil {
		return nil, &core.Failure{
			Code: "state.unavailable", Permanent: true,
			Message: "what is kept under the key is not a value any more; set it again (" + err.Error() + ")",
		}
	}
	return v, nil
}

// Set keeps a value under a key of a flow; nil forgets what was there.
func Set(values Values, flow, key string, v core.Value) *core.Failure {
	if values == nil {
		return nowhere()
	}
	var data []byte
	if v != nil {
		var err error
		if data, err = value.Encode(v); err != nil {
			return args.Invalid("/value", "cannot be written as JSON: %s", err)
		}
	}
	if err := values.Set(flow, key, data); err != nil {
		return unavailable("written", err)
	}
	return nil
}

func nowhere() *core.Failure {
	return &core.Failure{
		Code: "state.unavailable", Permanent: true,
		Message: "there is no storage here to keep values in; run the flow on a server, or give the run a data folder",
	}
}

func unavailable(done string, err error) *core.Failure {
	return &core.Failure{Code: "state.unavailable", Message: "the value could not be " + done + ": " + err.Error()}
}
