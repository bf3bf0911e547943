package notify

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Due is a message that is to be sent.
type Due struct {
	ID provider.ID
	To string
	// Tries counts the attempts that began.
	Tries int
}

// domain is that of an address, in lower case; empty for a phone number.
func (d Due) domain() string {
	at := strings.LastIndexByte(d.To, '@')
	if at < 0 {
		return ""
	}
	return strings.ToLower(d.To[at+1:])
}

// Wanted are the messages of a channel that an attempt can begin for.
type Wanted struct {
	Channel Channel
	// NotTo are domains, in lower case, which have as many attempts in progress as they may.
	NotTo []string
	// New: only those that were not tried yet.
	New bool
	// Kinds are those that this version knows: another one writes the others.
	Kinds []Kind
}

// atOnce bounds the attempts in progress of a channel. Mail services refuse a fourth connection of a
// sender, or a fifth.
func (c Channel) atOnce() int {
	if c == Mail {
		return 3
	}
	return 8
}

// inAll bounds the attempts in progress of a channel with those that are slow. Beyond what a mail service
// takes of a sender they are refused and repeated, which is no worse than to wait.
func (c Channel) inAll() int {
	if c == Mail {
		return 4 * c.atOnce()
	}
	return c.atOnce() // they all go to one program, which would not get faster
}

// slow is after how long an attempt gives its place to another one.
const slow = 2 * time.Second

// places are the attempts in progress of a channel. One of them is kept free of what may hang: of the
// mails to a domain whose server responds slowly, or never, and of repetitions. Where several domains are
// slow, which nobody knows before, another attempt begins in place of each that takes long, up to a number.
// So a code for somebody else does not wait for their timeouts.
type places struct {
	channel Channel

	mu sync.Mutex
	// taken are the places, running the attempts in progress: with those that gave their place away.
	taken, running, repeated int
	// to counts them by domain.
	to map[string]int
}

func newPlaces(of Channel) *places { return &places{channel: of, to: map[string]int{}} }

// wanted is what an attempt can begin for; some is false if all places are taken.
func (p *places) wanted() (_ Wanted, some bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := Wanted{Channel: p.channel, New: p.repeated >= p.channel.atOnce()-1, Kinds: Kinds()}
	for domain, n := range p.to {
		if n >= p.channel.atOnce()-1 {
			w.NotTo = append(w.NotTo, domain)
		}
	}
	return w, p.free()
}

func (p *places) free() bool { return p.taken < p.channel.atOnce() && p.running < p.channel.inAll() }

// take removes the first message that has a place from the list. Leave gives the place back.
func (p *places) take(list *[]Due) (_ Due, leave func(), some bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := p.channel.atOnce()
	if !p.free() {
		return Due{}, nil, false
	}
	for i, d := range *list {
		domain := d.domain()
		if domain != "" && p.to[domain] >= most-1 || d.Tries > 0 && p.repeated >= most-1 {
			continue
		}
		*list = slices.Delete(*list, i, i+1)
		p.taken++
		p.count(d, 1)
		return d, p.leaving(d), true
	}
	return Due{}, nil, false
}

// leaving makes what ends an attempt. Its place is given back before, once it is slow.
func (p *places) leaving(d Due) (leave func()) {
	giveBack := sync.OnceFunc(func() { p.taken-- })
	timer := time.AfterFunc(slow, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		giveBack()
	})
	return func() {
		timer.Stop()
		p.mu.Lock()
		defer p.mu.Unlock()
		giveBack()
		p.count(d, -1)
	}
}

func (p *places) count(d Due, n int) {
	p.running += n
	if d.Tries > 0 {
		p.repeated += n
	}
	domain := d.domain()
	if domain == "" {
		return
	}
	if p.to[domain] += n; p.to[domain] == 0 {
		delete(p.to, domain)
	}
}
