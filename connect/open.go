package connect

import (
	"encoding/json"

	"sluice/engine/value"
)

// decode reads a checked config into its struct.
func decode[C any](d *Definition) (C, error) {
	var config C
	data, err := value.Encode(d.Config)
	if err != nil {
		return config, err
	}
	return config, json.Unmarshal(data, &config)
}
