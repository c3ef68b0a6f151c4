package server

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// keyBytes is the length of the master key.
const keyBytes = 32

// masterKey reads the key in a file (base64, one line); where there is none yet it makes one that only the owner reads.
func masterKey(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return newMasterKey(file)
	}
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyBytes {
		return nil, fmt.Errorf("the key file %s does not hold %d bytes in base64; put back the file that belongs to this storage", file, keyBytes)
	}
	return key, nil
}

// newMasterKey writes a fresh key to disk before anything is sealed with it.
func newMasterKey(file string) ([]byte, error) {
	key := make([]byte, keyBytes)
	// Read never fails: without randomness the program ends.
	_, _ = rand.Read(key)
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(file))
	}
	return key, nil
}

// derive gives each purpose a key of its own (HKDF-SHA256, RFC 5869).
func derive(master []byte, purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, master, nil, "sluice "+purpose, keyBytes)
}

// sealer encrypts with AES-256-GCM under a random nonce. Each text is bound to its name, so that sealed texts cannot be
// exchanged for each other.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (*sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &sealer{aead}, nil
}

func (s *sealer) seal(name string, text []byte) []byte {
	return s.aead.Seal(nil, nil, text, []byte(name))
}

func (s *sealer) open(name string, sealed []byte) ([]byte, error) {
	return s.aead.Open(nil, nil, sealed, []byte(name))
}
