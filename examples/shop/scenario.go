package shop

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// scheduleArrival plans the nth order that a customer places by himself; gaps are exponential, as independent customers
// make them.
func (s *Shop) scheduleArrival(after time.Time, n int) {
	r := s.draw("arrival", fmt.Sprint(n))
	gap := time.Duration(r.ExpFloat64() / s.options.OrdersPerMinute * float64(time.Minute))
	s.plan(after.Add(gap), func(at time.Time) {
		s.arrive(at, r)
		s.scheduleArrival(at, n+1)
	})
}

// arrive places an order and plans its whole life.
func (s *Shop) arrive(at time.Time, r *rand.Rand) {
	platform := pick(r, []Platform{Douyin, Douyin, Douyin, Douyin, PDD, PDD, PDD, PDD, WeChat, WeChat})
	o, err := s.addOrder(Order{Platform: platform, Status: PendingPayment, CreatedAt: at}, at)
	if err != nil {
		return // an id that was drawn is free and well formed, and every platform knows orders that wait for payment
	}
	s.announce(o, at)
	for _, step := range life(r) {
		at = at.Add(s.scaled(step.after))
		s.plan(at, func(at time.Time) {
			if stageOf(o.Status) < stageOf(step.status) || (o.Status == OnHold && step.status == PendingShipment) || (o.Status == Refunding && step.status == Refunded) {
				s.move(o, Change{Status: step.status}, at)
			}
		})
	}
}

type lifeStep struct {
	after  time.Duration
	status Status
}

// life draws the road of one order. Steps that somebody overtook, by setting a later status, do not happen.
func life(r *rand.Rand) []lifeStep {
	between := func(from, to time.Duration) time.Duration { return from + time.Duration(r.Float64()*float64(to-from)) }
	if r.Float64() < 0.06 {
		return []lifeStep{{30 * time.Minute, Cancelled}}
	}
	steps := []lifeStep{}
	add := func(from, to time.Duration, status Status) {
		steps = append(steps, lifeStep{between(from, to), status})
	}
	if r.Float64() < 0.03 {
		add(5*time.Second, 10*time.Minute, OnHold)
		add(10*time.Minute, time.Hour, PendingShipment)
	} else {
		add(5*time.Second, 10*time.Minute, PendingShipment)
	}
	if r.Float64() < 0.04 {
		add(10*time.Minute, 3*time.Hour, Refunding)
		add(time.Hour, 12*time.Hour, Refunded)
		return steps
	}
	add(2*time.Hour, 30*time.Hour, Shipped)
	add(24*time.Hour, 96*time.Hour, Delivered)
	if r.Float64() < 0.05 {
		add(2*time.Hour, 48*time.Hour, Refunding)
		add(24*time.Hour, 96*time.Hour, Refunded)
		return steps
	}
	add(48*time.Hour, 168*time.Hour, Completed)
	return steps
}
