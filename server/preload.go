package server

import (
	"log/slog"
	"time"
)

// LoadConnections puts the connections that the storage keeps into Options.Connections. It comes before the engine is
// opened: runs that go on after a restart need them at once. New does the same again, which changes nothing.
func LoadConnections(o Options) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	seal, _, err := keys(&o)
	if err != nil {
		return err
	}
	_, err = openVault(o.Store, seal, o.Connections, o.Now, o.Log)
	return err
}

// keys derives, from the one key, what seals connections and what hashes tokens.
func keys(o *Options) (seal *sealer, hashing []byte, err error) {
	master := o.Key
	if master == nil {
		if o.KeyFile == "" {
			return nil, nil, errNoKey
		}
		if master, err = masterKey(o.KeyFile); err != nil {
			return nil, nil, err
		}
	}
	sealing, err := derive(master, "connections")
	if err != nil {
		return nil, nil, err
	}
	if seal, err = newSealer(sealing); err != nil {
		return nil, nil, err
	}
	hashing, err = derive(master, "access")
	return seal, hashing, err
}
