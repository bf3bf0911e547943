package ratelimit

import "time"

// The generic cell rate algorithm keeps one number for each key: when its budget will be
// whole. What is missing until then is used; a request is let through when its price fits
// into the rest of the window.
//
// Both counters share this arithmetic, in whole microseconds: what the provider's clock and
// Redis's TIME tell, and what the floating point of Redis's scripts holds exactly. It gives
// an answer for any Limit, also for one that nobody validated.

// interval is the time in which one request's worth of budget comes back. It is cut, not
// rounded up: nobody is told to wait longer than the period.
func (l Limit) interval() int64 {
	interval := l.Per.Microseconds() / int64(max(1, l.Rate))
	return min(max(1, interval), maxWindow.Microseconds())
}

func (l Limit) window() int64 {
	interval := l.interval()
	return interval * min(int64(max(1, l.Burst)), maxWindow.Microseconds()/interval)
}

// Window is the time in which a used-up budget is whole again.
func (l Limit) Window() time.Duration { return micros(l.window()) }

// price is what a request costs, in time. One that is dearer than the whole budget takes
// all of it: it could never be let through otherwise.
func (l Limit) price(cost int) int64 {
	interval, window := l.interval(), l.window()
	return interval * min(int64(max(1, cost)), window/interval)
}

// used is how much of the window is missing now. It is never more than the window: after a
// clock that stepped backwards, or a limit that was lowered, whole may be far ahead, and would
// lock somebody out for as long.
func (l Limit) used(now, whole int64) int64 { return min(max(0, whole-now), l.window()) }

func (l Limit) fits(used int64, cost int) bool { return used+l.price(cost) <= l.window() }

// decide makes a Decision of what was used of each budget before. A request that one policy
// refuses takes nothing from the others, and they say so.
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
