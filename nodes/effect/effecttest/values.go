package effecttest

import "sync"

// Values keeps values in memory. The zero Values is empty.
type Values struct {
	// Broken, if set, is what every call fails with.
	Broken error

	mu   sync.Mutex
	kept map[[2]string][]byte
}

// Get implements state.Values.
func (v *Values) Get(flow, key string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.kept[[2]string{flow, key}], v.Broken
}

// Set implements state.Values.
func (v *Values) Set(flow, key string, value []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.Broken != nil {
		return v.Broken
	}
	if v.kept == nil {
		v.kept = map[[2]string][]byte{}
	}
	v.kept[[2]string{flow, key}] = value
	return nil
}
