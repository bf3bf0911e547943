package hydra

import (
	"context"
	"encoding/json"
	"io"
	"iter"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// Options say how to translate.
type Options struct {
	// JWT: access tokens are JWTs unless a client says otherwise, as strategies.access_token of Hydra.
	JWT bool
	// Kinds are those to read.
	Kinds map[imports.Kind]bool
}

// Reader yields clients, then users, consents, refresh tokens and keys.
type Reader struct {
	source  Source
	secrets Secrets
	options Options
	phases  []phase
	next    func() (imports.Item, error, bool)
	stop    func()
}

// phase yields the items of one kind.
type phase struct {
	kind  imports.Kind
	items func(ctx context.Context) iter.Seq2[imports.Item, error]
}

// NewReader makes a Reader. Close it.
func NewReader(s Source, secrets Secrets, o Options) *Reader {
	r := &Reader{source: s, secrets: secrets, options: o}
	r.phases = []phase{
		{imports.KindClient, each(s.Clients, r.client)},
		{imports.KindUser, each(s.Subjects, r.user)},
		{imports.KindConsent, each(s.Consents, r.consent)},
		{imports.KindRefreshToken, r.chains},
		{imports.KindKey, each(s.Keys, r.key)},
	}
	return r
}

// Close ends reading.
func (r *Reader) Close() {
	if r.stop != nil {
		r.stop()
	}
	r.phases, r.next, r.stop = nil, nil, nil
}

// Next is part of imports.Reader.
func (r *Reader) Next(ctx context.Context) (imports.Item, error) {
	for {
		if r.next == nil {
			if len(r.phases) == 0 {
				return imports.Item{}, io.EOF
			}
			p := r.phases[0]
			r.phases = r.phases[1:]
			if !r.options.Kinds[p.kind] {
				continue
			}
			r.next, r.stop = iter.Pull2(p.items(ctx))
		}
		item, err, ok := r.next()
		if ok {
			return item, err
		}
		r.stop()
		r.next, r.stop = nil, nil
	}
}

// each makes one item of each row.
func each[T any](rows func(context.Context) iter.Seq2[T, error], make func(line int, row T) imports.Item) func(context.Context) iter.Seq2[imports.Item, error] {
	return func(ctx context.Context) iter.Seq2[imports.Item, error] {
		return func(yield func(imports.Item, error) bool) {
			line := 0
			for row, err := range rows(ctx) {
				if err != nil {
					yield(imports.Item{}, err)
					return
				}
				line++
				if !yield(make(line, row), nil) {
					return
				}
			}
		}
	}
}

// chains makes one item of the tokens of one authorization.
func (r *Reader) chains(ctx context.Context) iter.Seq2[imports.Item, error] {
	return func(yield func(imports.Item, error) bool) {
		line := 0
		var together []Token
		flush := func() bool {
			if len(together) == 0 {
				return true
			}
			line++
			item := r.chain(line, together)
			together = nil
			return yield(item, nil)
		}
		for t, err := range r.source.Tokens(ctx) {
			if err != nil {
				yield(imports.Item{}, err)
				return
			}
			if len(together) > 0 && together[0].RequestID != t.RequestID && !flush() {
				return
			}
			together = append(together, t)
		}
		flush()
	}
}

func source(v map[string]any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return text
}
