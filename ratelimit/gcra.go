package ratelimit

import "time"

// The generic cell rate algorithm stores one number per key: when its budget will be full. The
// time left until then is the used part; a request is allowed when its price fits into the rest
// of the window.
//
// Memory and Redis share this arithmetic in whole microseconds, which both the provider's clock
// and Redis's TIME provide and which the floating point numbers of Redis scripts hold exactly.
// It is defined for every Limit, also for one that was not validated.

// interval is the time in which the budget of one request refills. It is rounded down: no
// client is told to wait longer than the period.
func (l Limit) interval() int64 {
	interval := l.Per.Microseconds() / int64(max(1, l.Rate))
	return min(max(1, interval), maxWindow.Microseconds())
}

func (l Limit) window() int64 {
	interval := l.interval()
	return interval * min(int64(max(1, l.Burst)), maxWindow.Microseconds()/interval)
}

// Window is the time in which an empty budget refills completely.
func (l Limit) Window() time.Duration { return micros(l.window()) }

// price is the cost of a request, as a time. A cost above the whole budget takes the whole
// budget: such a request could never be allowed otherwise.
func (l Limit) price(cost int) int64 {
	interval, window := l.interval(), l.window()
	return interval * min(int64(max(1, cost)), window/interval)
}

// used is the used part of the window. It is never more than the window: after the clock
// stepped backwards, or the limit was lowered, full may be far ahead, and would lock a user out
// until then.
func (l Limit) used(now, full int64) int64 { return min(max(0, full-now), l.window()) }

func (l Limit) fits(used int64, cost int) bool { return used+l.price(cost) <= l.window() }

// decide makes a Decision from what was used of each budget before. A request that one policy
// refuses takes nothing from the others, and their verdicts say so.
func decide(source string, asks []Ask, used []int64) Decision {
	d := Decision{Allowed: true, Source: source, Verdicts: make([]Verdict, len(asks))}
	for i := range asks {
		d.Allowed = d.Allowed && asks[i].limit().fits(used[i], asks[i].Cost)
	}
	for i, a := range asks {
		l, after := a.limit(), used[i]
		v := Verdict{Policy: a.Policy, Limit: l}
		if d.Allowed {
			after += l.price(a.Cost)
		} else {
			v.RetryAfter = micros(max(0, after+l.price(a.Cost)-l.window()))
		}
		v.Remaining = int((l.window() - after) / l.interval())
		v.Reset = micros(after)
		d.Verdicts[i] = v
	}
	return d
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
