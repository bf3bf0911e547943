package playground

import (
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

func (p *Playground) links() []pages.PlaygroundLink {
	list := make([]pages.PlaygroundLink, len(p.flows))
	for i, f := range p.flows {
		list[i] = pages.PlaygroundLink{URL: Path + "/" + f.name, Title: f.title, Text: f.lead}
	}
	return list
}

// page is what the page of a flow shows at a time.
func (p *Playground) page(f flow, a attempt, now time.Time) pages.PlaygroundFlow {
	page := pages.PlaygroundFlow{Action: Path + "/" + f.name, Title: f.title, Lead: f.lead, Restart: restart, Begun: a.state != "" || len(a.answers) > 0}
	for i, s := range f.steps {
		shown := p.step(s, a, now)
		shown.Title = fmt.Sprintf("%d. %s", i+1, s.title)
		page.Steps = append(page.Steps, shown)
	}
	for _, s := range f.mistakes {
		page.Mistakes = append(page.Mistakes, p.step(s, a, now))
	}
	for _, link := range p.links() {
		if link.URL != page.Action {
			page.Others = append(page.Others, link)
		}
	}
	return page
}

func (p *Playground) step(s step, a attempt, now time.Time) pages.PlaygroundStep {
	shown := pages.PlaygroundStep{ID: s.name, AnswerID: s.name + answerSuffix, Title: s.title, About: s.about}
	for _, section := range s.specs {
		shown.Specs = append(shown.Specs, pages.PlaygroundLink{URL: section.url, Title: section.title})
	}
	if s.build == nil {
		shown.Own, shown.Ready = true, true
		if a.state != "" {
			shown.Values = described([]curl.Pair{
				{Name: "state", Value: a.state}, {Name: "nonce", Value: a.nonce}, {Name: "code_verifier", Value: a.verifier}, {Name: "code_challenge", Value: transcript.Challenge(a.verifier)},
			})
		}
		return shown
	}
	if s.needs != nil {
		shown.Waiting = s.needs(a)
	}
	shown.Ready = shown.Waiting == ""
	got, answered := a.answers[s.name]
	if shown.Ready || answered {
		sent := got.sent
		if shown.Ready { // a step that can be done again shows what it would send
			sent = s.build(p.Config, a)
		}
		p.request(&shown, s, sent)
	}
	if answered {
		shown.Answer = p.answer(a, got, now)
		if got.sent.Method != "" && shown.Ready && got.sent.HTTP() != shown.Request {
			shown.Answer.Sent = got.sent.HTTP()
		}
	}
	return shown
}

// request shows a request; it is empty where the browser went there itself, and cannot any more.
func (p *Playground) request(shown *pages.PlaygroundStep, s step, sent transcript.Request) {
	if sent.Method == "" {
		return
	}
	shown.Parameters, shown.Request, shown.Command = described(sent.Form), sent.HTTP(), sent.Command()
	if s.visit { // the browser has headers of its own
		shown.Visit, shown.Request = sent.Address(), "GET "+sent.Address()
	}
}

// described are parameters with what they mean.
func described(list []curl.Pair) []pages.PlaygroundValue {
	all, means := make([]pages.PlaygroundValue, len(list)), transcript.Meanings("en")
	for i, f := range list {
		all[i] = pages.PlaygroundValue{Name: f.Name, Value: f.Value, Meaning: means[f.Name]}
	}
	return all
}

func (p *Playground) answer(a attempt, got answer, now time.Time) *pages.PlaygroundAnswer {
	shown := &pages.PlaygroundAnswer{Text: got.HTTP(), Received: described(got.received), Note: got.note, Refused: got.refused}
	list := transcript.Members(got.Body)
	shown.Fault = p.fault(got, list)
	for _, m := range list {
		switch m.Name {
		case "access_token", "refresh_token", "id_token":
			shown.Tokens = append(shown.Tokens, p.token(a, m, now))
		default:
			shown.Members = append(shown.Members, claim(m, now))
		}
	}
	return shown
}

func (p *Playground) token(a attempt, m transcript.Member, now time.Time) pages.PlaygroundToken {
	shown := pages.PlaygroundToken{Name: m.Name, Text: m.Text(), Meaning: transcript.Meanings("en")[m.Name]}
	header, claims, ok := transcript.Decoded(m.Text())
	if !ok {
		return shown
	}
	for _, h := range header {
		shown.Header = append(shown.Header, claim(h, now))
	}
	for _, c := range claims {
		described := claim(c, now)
		if c.Name == "nonce" && c.Text() == a.nonce {
			described.Words = "It is the one of step 1."
		}
		shown.Claims = append(shown.Claims, described)
	}
	return shown
}

// claim is a member with what it means, and times in words.
func claim(m transcript.Member, now time.Time) pages.PlaygroundValue {
	shown := pages.PlaygroundValue{Name: m.Name, Value: m.Text(), Meaning: transcript.Meanings("en")[m.Name]}
	n, number := m.Seconds()
	switch {
	case number && m.IsTime():
		shown.Words = moment(time.Unix(n, 0), now)
	case number && m.Name == "expires_in":
		shown.Words = lasting(time.Duration(n) * time.Second)
	}
	return shown
}
