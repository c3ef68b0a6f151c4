package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/connect"
	"sluice/connect/broker"
)

// asWhat names the variable that makes this test binary another program: tests kill servers, and those are processes.
const asWhat = "SLUICE_TEST_AS"

func TestMain(m *testing.M) {
	switch os.Getenv(asWhat) {
	case "sluice":
		main()
	case "kafka":
		kafkaServer(os.Args[1], os.Args[2])
	default:
		os.Exit(m.Run())
	}
}

// kafkaServer is franz-go's broker for tests, with its data in a folder.
func kafkaServer(dir, port string) {
	at, err := strconv.Atoi(port)
	if err == nil {
		_, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(at), kfake.DataDir(dir), kfake.SyncWrites(), kfake.SeedTopics(3, topic))
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
}

// topic is what the tests of brokers publish to.
const topic = "orders"

// privateBroker is a broker of a test's own, which it may kill.
type privateBroker struct {
	kind   broker.Kind
	dir    string
	port   int
	set    *connect.Set
	config string
	run    *exec.Cmd
}

// freePort is one that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}

// newBroker starts a broker with its data in a folder of the test's.
func newBroker(t *testing.T, kind broker.Kind) *privateBroker {
	t.Helper()
	b := &privateBroker{kind: kind, dir: t.TempDir(), port: freePort(t), set: connect.NewSet(connect.Options{})}
	b.config = fmt.Sprintf(`{"url": "%s://127.0.0.1:%d"}`, map[broker.Kind]string{
		broker.RabbitMQ: "amqp", broker.NATS: "nats", broker.Redis: "redis", broker.MQTT: "mqtt",
	}[kind], b.port)
	switch kind {
	case broker.Kafka:
		b.config = fmt.Sprintf(`{"brokers": ["127.0.0.1:%d"]}`, b.port)
	case broker.RabbitMQ:
		b.config = b.config[:len(b.config)-1] + `, "user": "guest"}`
	}
	d, findings := connect.ParseDefinition(fmt.Appendf(nil, `{"id": "bus", %s}`, b.definition()[1:len(b.definition())-1]), nil)
	require.Empty(t, findings)
	require.NoError(t, b.set.Put(d))
	b.start(t)
	t.Cleanup(func() {
		require.NoError(t, b.set.Close())
		b.kill(t)
	})
	return b
}

// definition is the broker as a connection.
func (b *privateBroker) definition() string {
	secrets := "{}"
	if b.kind == broker.RabbitMQ {
		secrets = `{"password": "guest"}`
	}
	return fmt.Sprintf(`{"type": %q, "config": %s, "secrets": %s}`, b.kind, b.config, secrets)
}

func (b *privateBroker) client(t *testing.T) *broker.Client {
	t.Helper()
	client, f := b.set.Broker("bus")
	require.Nil(t, f)
	return client
}

// start runs the broker and returns when it answers.
func (b *privateBroker) start(t *testing.T) {
	t.Helper()
	b.run = b.command(t)
	// With all its children it is one group, to be killed as one.
	b.run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	log, err := os.OpenFile(filepath.Join(b.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	b.run.Stdout, b.run.Stderr = log, log
	require.NoError(t, b.run.Start())
	require.NoError(t, log.Close())
	require.Eventually(t, func() bool { return b.client(t).Ping(t.Context()) == nil }, time.Minute, 50*time.Millisecond,
		"%s does not answer; its log is %s", b.kind, log.Name())
}

// kill ends the broker as a power cut would end the process.
func (b *privateBroker) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, syscall.Kill(-b.run.Process.Pid, syscall.SIGKILL))
	_ = b.run.Wait()
}

// packages are where the programs come from.
var packages = map[string]string{
	"redis-server": "redis-server", "nats-server": "nats-server", "mosquitto": "mosquitto", "/usr/lib/rabbitmq/bin/rabbitmq-server": "rabbitmq-server",
}

func program(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(name)
	require.NoError(t, err, "the test needs %s: apt-get install %s", name, packages[name])
	return exec.Command(path, args...)
}

func (b *privateBroker) command(t *testing.T) *exec.Cmd {
	t.Helper()
	port := strconv.Itoa(b.port)
	switch b.kind {
	case broker.Kafka:
		run := exec.Command(os.Args[0], b.dir, port)
		run.Env = append(os.Environ(), asWhat+"=kafka")
		return run
	case broker.Redis:
		return program(t, "redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", b.dir, "--appendonly", "yes", "--save", "")
	case broker.NATS:
		return program(t, "nats-server", "-a", "127.0.0.1", "-p", port, "-js", "-sd", b.dir)
	case broker.MQTT:
		file := filepath.Join(b.dir, "mosquitto.conf")
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "listener %d 127.0.0.1\nallow_anonymous true\nuser root\npersistence true\n"+
			"persistence_location %s/\nmax_queued_messages 0\nmax_inflight_messages 100\n", b.port, b.dir), 0o600))
		return program(t, "mosquitto", "-c", file)
	default:
		return b.rabbit(t)
	}
}

func (b *privateBroker) rabbit(t *testing.T) *exec.Cmd {
	t.Helper()
	run := program(t, "/usr/lib/rabbitmq/bin/rabbitmq-server")
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "plugins"), []byte("[].\n"), 0o600))
	run.Env = append(os.Environ(), "RABBITMQ_NODENAME=sluice"+strconv.Itoa(b.port)+"@localhost", "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
		"RABBITMQ_NODE_PORT="+strconv.Itoa(b.port), "RABBITMQ_DIST_PORT="+strconv.Itoa(freePort(t)), "RABBITMQ_MNESIA_BASE="+b.dir,
		"RABBITMQ_LOG_BASE="+b.dir, "RABBITMQ_ENABLED_PLUGINS_FILE="+filepath.Join(b.dir, "plugins"), "RABBITMQ_CONFIG_FILE="+filepath.Join(b.dir, "none"),
		"HOME="+b.dir)
	return run
}
