package notify

import (
	"slices"
	"strings"
	"sync"

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
	// NotTo is a domain, in lower case, which has as many attempts in progress as it may; empty: none has.
	NotTo string
	// New: only those that were not tried yet.
	New bool
}

// atOnce bounds the attempts in progress of a channel. Mail services refuse a fourth connection of a
// sender, or a fifth.
func (c Channel) atOnce() int {
	if c == Mail {
		return 3
	}
	return 8
}

// places are the attempts in progress of a channel. One of them is kept free of what may hang: of the
// mails to a domain whose server responds slowly, or never, and of repetitions. So a code for somebody
// else does not wait for their timeouts.
type places struct {
	channel Channel

	mu              sync.Mutex
	taken, repeated int
	// to counts them by domain.
	to map[string]int
}

func newPlaces(of Channel) *places { return &places{channel: of, to: map[string]int{}} }

// wanted is what an attempt can begin for; some is false if all places are taken.
func (p *places) wanted() (_ Wanted, some bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := Wanted{Channel: p.channel, New: p.repeated >= p.channel.atOnce()-1}
	for domain, n := range p.to {
		if n >= p.channel.atOnce()-1 {
			w.NotTo = domain // there is one at most: with another, more places than there are would be taken
		}
	}
	return w, p.taken < p.channel.atOnce()
}

// take removes the first message that has a place from the list.
func (p *places) take(list *[]Due) (_ Due, some bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := p.channel.atOnce()
	if p.taken >= most {
		return Due{}, false
	}
	for i, d := range *list {
		domain := d.domain()
		if domain != "" && p.to[domain] >= most-1 || d.Tries > 0 && p.repeated >= most-1 {
			continue
		}
		*list = slices.Delete(*list, i, i+1)
		p.count(d, 1)
		return d, true
	}
	return Due{}, false
}

// leave gives the place of a message back.
func (p *places) leave(d Due) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(d, -1)
}

func (p *places) count(d Due, n int) {
	p.taken += n
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
