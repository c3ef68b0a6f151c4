package hooks_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"sluice/server/hooks"
	"sluice/storage/bolt"
)

// clients are the keep-alive connections that the benchmark sends over.
const clients = 64

// w1 is the flow of package bench with a webhook: a branch, a map of five fields and a sum, three rules.
func w1(respond string) string {
	return flow("w1", "w1", `, "respond": "`+respond+`"`, `
	"nodes": [
		{"id": "arrived", "type": "branch", "config": {"when": "input.order_status == 'DELIVERED' && input.logistics_no != ''"}},
		{"id": "order", "type": "map", "config": {"fields": [
			{"to": "id", "from": "order_id"}, {"to": "status", "from": "order_status"}, {"to": "parcel", "from": "logistics_no"},
			{"to": "city", "from": "receiver.city"}, {"to": "shop", "from": "shop_id"},
			{"to": "total", "value": "{{ sum(input.goods_list, #.price * #.qty) }}"}]}},
		{"id": "size", "type": "rules", "config": {"hit": "first", "rules": [
			{"id": "large", "when": "input.total >= 1000", "then": {"size": "large"}},
			{"id": "medium", "when": "input.total >= 100", "then": {"size": "medium"}},
			{"id": "small", "when": "true", "then": {"size": "small"}}]}}
	],
	"edges": [{"from": "arrived", "port": "true", "to": "order"}, {"from": "order", "to": "size"}],
	"output": {"order": "{{ nodes.order }}", "size": "{{ nodes.size.result.size }}"}`)
}

const w1Body = `{"order_id":"SO-20240601-000123","order_status":"DELIVERED","logistics_no":"SF1234567890123","amount":389.7,` +
	`"currency":"CNY","shop_id":"shop-1008","buyer_id":"buyer-77120","created_at":"2024-06-01T10:15:30Z",` +
	`"receiver":{"name":"Li Lei","phone":"13800000000","city":"Hangzhou"},"goods_list":[` +
	`{"sku":"SKU-1001","name":"Cotton T-shirt, white, size L","price":59.9,"qty":2},` +
	`{"sku":"SKU-2002","name":"Running shoes, black, size 42","price":239.9,"qty":1},` +
	`{"sku":"SKU-3003","name":"Sports socks, grey, 3 pairs","price":10.0,"qty":3}],"remark":"Leave at the front desk"}`

// BenchmarkHook takes W1 over TCP, durably, beside a bare fiber handler that only parses the body. Client and server share
// the machine: the bare handler's figure is also what the client costs.
func BenchmarkHook(b *testing.B) {
	for _, respond := range []string{"ack", "result"} {
		b.Run(respond, func(b *testing.B) {
			store, err := bolt.Open(filepath.Join(b.TempDir(), "data"), bolt.Options{})
			require.NoError(b, err)
			w := open(b, setup{store: store, limits: hooks.Limits{Rate: 1_000_000}})
			defer w.close(b)
			w.publish(b, w1(respond))
			bombard(b, w.address, "/hooks/w1")
		})
	}
	b.Run("bare", func(b *testing.B) {
		app := fiber.New(fiber.Config{DisableStartupMessage: true})
		app.Post("/w1", func(c *fiber.Ctx) error {
			var v any
			if err := json.Unmarshal(c.Body(), &v); err != nil {
				return err
			}
			return c.JSON(fiber.Map{"run": "01J00000000000000000000000"})
		})
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(b, err)
		go func() { _ = app.Listener(l) }()
		defer func() { _ = app.Shutdown() }()
		bombard(b, l.Addr().String(), "/w1")
	})
}

// bombard sends b.N deliveries over all clients.
func bombard(b *testing.B, address, path string) {
	b.Helper()
	request := []byte("POST " + path + " HTTP/1.1\r\nHost: " + address +
		"\r\nUser-Agent: bench\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(w1Body)) + "\r\n\r\n" + w1Body)
	conns := make([]net.Conn, clients)
	for i := range conns {
		c, err := net.Dial("tcp", address)
		require.NoError(b, err)
		defer func() { _ = c.Close() }()
		conns[i] = c
	}
	var left atomic.Int64
	var failed atomic.Pointer[error]
	left.Store(int64(b.N))
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, c := range conns {
		wg.Go(func() {
			in := bufio.NewReader(c)
			for left.Add(-1) >= 0 {
				if err := exchange(c, in, request); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}

// exchange is one request and its answer, read with as little work as possible.
func exchange(c net.Conn, in *bufio.Reader, request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	length, status := 0, 0
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first {
			status, err = strconv.Atoi(string(line[9:12]))
		} else if text, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, err = strconv.Atoi(string(bytes.TrimSpace(text)))
		}
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
	}
	if status != http.StatusAccepted && status != http.StatusOK {
		return fmt.Errorf("status %d", status)
	}
	_, err := io.CopyN(io.Discard, in, int64(length))
	return err
}
