package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"net"
	"os"
	"path/filepath"

	"sluice/flows/diag"
	"sluice/internal/demo"
)

var (
	helpDemo = text{
		"a server with a simulated shop, its orders and the shipped flows live; nothing is kept, unless in DIR",
		"演示：服务、模拟店铺、订单和全部预置流程一起运行；除非指定 DIR，否则不保留任何数据",
	}
	textDemoPage  = text{"open http://%s in a browser; on this machine it needs no token", "请在浏览器中打开 http://%s ，本机访问无需令牌"}
	textDemoLogin = text{
		"programs, and browsers elsewhere, use this token: %s   (the API is below http://%s/api/v1, say: curl -H 'Authorization: Bearer %s' 'http://%s/api/v1/runs')",
		"程序和其他机器上的浏览器使用令牌：%s   （API 在 http://%s/api/v1 下，例如：curl -H 'Authorization: Bearer %s' 'http://%s/api/v1/runs'）",
	}
)

// demoSeed makes every demonstration the same, but for the moments.
const demoSeed = 20260501

// cmdDemo serves a demonstration until it is interrupted.
func cmdDemo(ctx context.Context, c *console, args []string) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:8080", "")
	data := flags.String("data", "", "")
	speed := flags.Float64("speed", 1, "")
	reach := egressFlags(flags)
	rest, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *speed <= 0 {
		return wrongUsage("the speed is a number above 0, and there is nothing else to say")
	}
	policy, err := reach()
	if err != nil {
		return err
	}
	dir := *data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "sluice-demo-"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
	}
	kept := filepath.Join(dir, "server")
	if err := folder(kept); err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	token := adminToken(c)
	if token == "" {
		token = rand.Text()
	}
	s, err := openService(serviceOptions{
		data: kept, keep: defaultRetention, adminToken: token, loopbackLogin: loopback(l), egress: policy, log: newQuietLog(c), env: c.env,
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if loopback(l) {
		c.say(textDemoPage, l.Addr())
	}
	c.say(textDemoLogin, token, l.Addr(), token, l.Addr())
	playing, stop := context.WithCancel(ctx)
	played := make(chan error, 1)
	go func() {
		played <- demo.Run(playing, demo.Options{
			URL: "http://" + l.Addr().String(), Token: token, Dir: dir, Speed: *speed, Seed: demoSeed, Zh: c.lang == diag.Chinese, Out: c.err,
		})
	}()
	err = s.serve(ctx, c, l, kept)
	stop()
	return errors.Join(err, <-played)
}

// loopback reports whether only this machine can reach a listener.
func loopback(l net.Listener) bool {
	address, ok := l.Addr().(*net.TCPAddr)
	return ok && address.IP.IsLoopback()
}
