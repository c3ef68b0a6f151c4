// Package brokertest finds the brokers that tests speak to.
//
// It is imported by tests only. It must not know what is tested.
package brokertest

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/broker"
)

// usual is where brokers listen unless the environment says otherwise.
func usual(kind broker.Kind) string {
	switch kind {
	case broker.RabbitMQ:
		return "amqp://127.0.0.1:5672"
	case broker.NATS:
		return "nats://127.0.0.1:4222"
	case broker.Redis:
		return "redis://127.0.0.1:6379"
	default:
		return "mqtt://127.0.0.1:1883"
	}
}

// start says how to start a broker on this machine.
func start(kind broker.Kind) string {
	switch kind {
	case broker.RabbitMQ:
		return "apt-get install rabbitmq-server && service rabbitmq-server start"
	case broker.NATS:
		return "apt-get install nats-server && nats-server -js &"
	case broker.Redis:
		return "apt-get install redis-server && redis-server --daemonize yes"
	default:
		return "apt-get install mosquitto && mosquitto -d"
	}
}

// Address is where the broker of a kind listens: SLUICE_TEST_RABBITMQ, _NATS, _REDIS or _MQTT, else the usual place on this
// machine. A broker that is not there fails the test, or skips it under -short.
func Address(t testing.TB, kind broker.Kind) *url.URL {
	t.Helper()
	variable := "SLUICE_TEST_" + strings.ToUpper(string(kind))
	at, err := url.Parse(cmp.Or(os.Getenv(variable), usual(kind)))
	require.NoError(t, err)
	conn, err := net.DialTimeout("tcp", at.Host, time.Second)
	if err != nil {
		if testing.Short() {
			t.Skipf("SKIPPED in short mode: no %s at %s", kind, at)
		}
		require.NoError(t, err, "no %s at %s: %s, or set %s to its address", kind, at, start(kind), variable)
	}
	require.NoError(t, conn.Close())
	return at
}

// Definition is the broker as a connection called bus.
func Definition(t testing.TB, kind broker.Kind) string {
	t.Helper()
	user := ""
	if kind == broker.RabbitMQ {
		user = `, "user": "guest"}, "secrets": {"password": "guest"`
	}
	return fmt.Sprintf(`{"id": "bus", "type": %q, "config": {"url": %q%s}}`, kind, Address(t, kind), user)
}

// Certificate is one for 127.0.0.1 that signs itself, and the pool that trusts it.
func Certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
