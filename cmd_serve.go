package main

import (
	"context"
	"errors"
	"flag"
	"net"
	"time"
)

var (
	helpServe = text{
		"keep flows live: webhooks, schedules and the API, with everything it has to keep in DIR (./data)",
		"运行服务：提供 webhook、定时触发和 API，所有数据保存在 DIR（默认 ./data）",
	}
	textServing    = text{"serving on http://%s, data in %s", "服务地址 http://%s，数据目录 %s"}
	textFirstToken = text{
		"the administrator's token, shown this once: %s",
		"管理员令牌（仅显示这一次）：%s",
	}
	textDraining = text{"stopping: what is under way may finish (interrupt once more to stop at once)", "正在停止：等待进行中的任务完成（再次中断则立即停止）"}
)

// defaultRetention is how long finished runs are kept, unless their flow asks for longer.
const defaultRetention = 30 * 24 * time.Hour

// cmdServe serves until it is interrupted.
func cmdServe(ctx context.Context, c *console, args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	data := flags.String("data", "data", "")
	listen := flags.String("listen", "127.0.0.1:8080", "")
	keep := flags.Duration("retention", defaultRetention, "")
	reach := egressFlags(flags)
	rest, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return wrongUsage("what is %s?", rest[0])
	}
	policy, err := reach()
	if err != nil {
		return err
	}
	if err := folder(*data); err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	s, err := openService(serviceOptions{data: *data, keep: *keep, adminToken: adminToken(c), egress: policy, log: newLog(c), env: c.env})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	return s.serve(ctx, c, l, *data)
}

// serve serves until it is interrupted, then drains.
func (s *service) serve(ctx context.Context, c *console, l net.Listener, data string) error {
	served := make(chan error, 1)
	go func() { served <- s.server.Serve(l) }()
	c.say(textServing, l.Addr(), data)
	if token := s.server.FirstToken(); token != "" {
		c.say(textFirstToken, token)
	}
	select {
	case err := <-served:
		return errors.Join(err, s.close(ctx))
	case <-c.interrupts:
	}
	c.say(textDraining)
	patience, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	go func() {
		select {
		case <-c.interrupts:
			cancel()
		case <-patience.Done():
		}
	}()
	drained := s.drain(patience)
	if errors.Is(drained, context.Canceled) || errors.Is(drained, context.DeadlineExceeded) {
		drained = nil
	}
	closed := s.close(patience)
	if errors.Is(closed, context.Canceled) || errors.Is(closed, context.DeadlineExceeded) {
		closed = nil
	}
	return errors.Join(drained, closed)
}
