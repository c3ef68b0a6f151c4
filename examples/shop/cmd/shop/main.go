// Command shop serves a simulated shop until it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"sluice/examples/shop"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx is done; it writes the address to out once it listens.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("shop", flag.ContinueOnError)
	var o shop.Options
	listen := flags.String("listen", "127.0.0.1:8090", "address to serve on")
	flags.Uint64Var(&o.Seed, "seed", 1, "decides everything random")
	flags.Float64Var(&o.Speed, "speed", 1440, "how much faster orders live: 1440 makes a day a minute")
	flags.Float64Var(&o.OrdersPerMinute, "orders", 6, "new orders a minute, 0 for none")
	flags.DurationVar(&o.PDDLag, "pdd-lag", 3*time.Second, "how long a change stays invisible in Pinduoduo's lists")
	flags.StringVar(&o.Targets.Douyin, "douyin-to", "", "URL for Douyin message pushes")
	flags.StringVar(&o.Targets.WeChatPay, "wechatpay-to", "", "URL for WeChat Pay notifications")
	flags.StringVar(&o.Targets.ERP, "erp-to", "", "URL for plain order events")
	flags.Float64Var(&o.CallbackFaults.Lost, "lost", 0, "part of the callbacks that is never sent, 0 to 1")
	flags.Float64Var(&o.CallbackFaults.Doubled, "doubled", 0, "part of the callbacks that is sent twice")
	flags.Float64Var(&o.CallbackFaults.Late, "late", 0, "part of the callbacks that is sent late")
	flags.DurationVar(&o.CallbackFaults.LateBy, "late-by", 30*time.Second, "how late")
	fault := shop.Fault{Share: map[shop.Outcome]float64{}}
	broken := flags.Float64("broken", 0, "part of the calls that is answered with HTTP 500, 0 to 1")
	throttled := flags.Float64("throttled", 0, "part of the calls that is refused as too many")
	flags.DurationVar(&fault.Latency, "latency", 0, "added to every call")
	flags.DurationVar(&fault.Jitter, "jitter", 0, "at most this is added as well")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	fault.Share[shop.Broken], fault.Share[shop.Throttled] = *broken, *throttled
	o.Faults = map[string]shop.Fault{"*": fault}
	return serve(ctx, *listen, o, out)
}

func serve(ctx context.Context, listen string, o shop.Options, out io.Writer) error {
	s, err := shop.New(o)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "shop: http://%s (state at /_shop/, credentials at /_shop/credentials)\n", listener.Addr())
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		s.Run(ctx)
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
