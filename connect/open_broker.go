package connect

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"sluice/connect/broker"
	"sluice/engine/core"
)

// brokerConfig mirrors the config fields of the types of brokers that have one address.
type brokerConfig struct {
	URL  string     `json:"url"`
	User string     `json:"user"`
	TLS  *tlsConfig `json:"tls"`
}

// kafkaConfig mirrors the config fields of the type kafka.
type kafkaConfig struct {
	Brokers   []string   `json:"brokers"`
	User      string     `json:"user"`
	Mechanism string     `json:"mechanism"`
	TLS       *tlsConfig `json:"tls"`
}

func openKafka(d *Definition, o *options) (handle, error) {
	config, err := decode[kafkaConfig](d)
	if err != nil {
		return handle{}, err
	}
	for i, address := range config.Brokers {
		if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
			return handle{}, &configError{fmt.Sprintf("/config/brokers/%d", i), errors.New("must be host:port, such as kafka-1:9092")}
		}
	}
	return brokerHandle(d, o, broker.Config{Brokers: config.Brokers, User: config.User, Mechanism: config.Mechanism}, config.TLS)
}

func openBroker(d *Definition, o *options) (handle, error) {
	config, err := decode[brokerConfig](d)
	if err != nil {
		return handle{}, err
	}
	schemes := find(typeOf(d.Type).Config, "url").Choices
	address, err := parseAddress(config.URL, schemes)
	if err != nil {
		return handle{}, &configError{"/config/url", err}
	}
	if config.TLS == nil && address.Scheme == schemes[1] {
		config.TLS = &tlsConfig{}
	}
	return brokerHandle(d, o, broker.Config{URL: address, User: config.User}, config.TLS)
}

// brokerHandle encrypts where there is something said about TLS.
func brokerHandle(d *Definition, o *options, c broker.Config, encrypted *tlsConfig) (handle, error) {
	c.Kind, c.Password, c.Mask, c.Dial = broker.Kind(d.Type), d.Secrets["password"], o.mask, o.egress.DialContext
	if encrypted != nil {
		var err error
		if c.TLS, err = tlsOf(*encrypted); err != nil {
			return handle{}, err
		}
		if c.TLS == nil {
			c.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		}
	}
	client, err := broker.Open(c)
	if err != nil {
		return handle{}, err
	}
	return handle{broker: client, close: client.Close}, nil
}

// parseAddress reads an address that is not of HTTP.
func parseAddress(text string, schemes []string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || !slices.Contains(schemes, u.Scheme):
		return nil, fmt.Errorf("must be an address such as %s://host, and begin with %s://", schemes[0], strings.Join(schemes, ":// or "))
	case u.User != nil:
		return nil, errors.New("must not hold a user or password; those have fields of their own")
	case u.Fragment != "" || u.RawQuery != "":
		return nil, errors.New("must not hold a query (?…) or a fragment (#…)")
	}
	return u, nil
}

// Broker is the broker of a connection of type kafka, rabbitmq, nats, redis or mqtt.
func (s *Set) Broker(id string) (*broker.Client, *core.Failure) {
	h, kind, failure := s.open(id)
	if failure != nil {
		return nil, failure
	}
	if h.broker == nil {
		return nil, wrongType(id, kind, "a broker (kafka, rabbitmq, nats, redis or mqtt)")
	}
	return h.broker, nil
}
