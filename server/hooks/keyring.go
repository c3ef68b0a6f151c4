package hooks

import (
	"errors"
	"fmt"
	"strings"

	"sluice/connect/sign"
	"sluice/engine/core"
)

// errSecret: the connection does not hold what the scheme needs, so that no delivery can be verified.
var errSecret = errors.New("the connection's secret cannot be used")

// keyring is what the connection of a trigger holds to verify with.
type keyring struct {
	of         Connections
	connection string
}

// known reports whether there is such a connection.
func (k keyring) known() bool {
	_, failure := k.of.Secret(k.connection, "secret")
	return failure == nil || failure.Code == "connection.secret"
}

// secret is the first of these secrets that the connection has. The error wraps errSecret.
func (k keyring) secret(names ...string) (string, error) {
	text, err := k.optional(names...)
	if err == nil && text == "" {
		err = fmt.Errorf("%w: the connection %s has no secret %s", errSecret, k.connection, strings.Join(names, " or "))
	}
	return text, err
}

// optional is secret, empty where the connection has none of them.
func (k keyring) optional(names ...string) (string, error) {
	for _, name := range names {
		text, failure := k.of.Secret(k.connection, name)
		switch {
		case failure != nil && failure.Code != "connection.secret":
			return "", fmt.Errorf("%w: %w", errSecret, failure)
		case failure == nil && !text.Empty():
			return text.Reveal(), nil
		}
	}
	return "", nil
}

// secretOf needs one of these secrets.
func secretOf(names ...string) func(keyring) error {
	return func(k keyring) error {
		_, err := k.secret(names...)
		return err
	}
}

// setting is a text of the connection's config or of its signer's, empty where there is none.
func (k keyring) setting(name string) string {
	config := k.of.Config(k.connection)
	if text, ok := config[name].(string); ok {
		return text
	}
	signer, _ := config["signer"].(core.Object)
	text, _ := signer[name].(string)
	return text
}

// platformKeys are the public keys that a platform signs with: several while it changes from one to the next.
func (k keyring) platformKeys() (sign.PlatformKeys, error) {
	text := k.setting("platformKey")
	if text == "" {
		return nil, fmt.Errorf("%w: the connection %s has no platformKey", errSecret, k.connection)
	}
	keys, _, err := sign.ParsePlatformKeys(text, k.setting("platformKeyId"))
	if err != nil {
		return nil, fmt.Errorf("%w: platformKey: %w", errSecret, err)
	}
	return keys, nil
}
