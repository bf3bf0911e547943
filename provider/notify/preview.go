package notify

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Preview is a message as its recipient reads it.
type Preview struct {
	Message

	Subject, Text string
	// HTML is empty in an SMS.
	HTML string
	// Code and Link are empty when the message has none, or when they are used or expired: Expired is
	// true then, and Text and HTML are empty.
	Code, Link string
	Expired    bool
}

// Viewer shows messages to a developer. What it shows signs anybody in: it is not for production.
type Viewer struct {
	store outboxStore
	codes codes
	texts *Texts
}

// NewViewer makes a Viewer. Codes may be nil: what needs a code has then expired.
func NewViewer(store outboxStore, c codes, texts *Texts) *Viewer { return &Viewer{store, c, texts} }

// Latest are the latest messages, the newest first.
func (v *Viewer) Latest(ctx context.Context, limit int) ([]Preview, error) {
	stored, err := v.store.Messages(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("notify: read messages: %w", err)
	}
	previews := make([]Preview, len(stored))
	for i, m := range stored {
		if previews[i], err = v.preview(ctx, m.Message); err != nil {
			return nil, err
		}
	}
	return previews, nil
}

func (v *Viewer) preview(ctx context.Context, m Message) (Preview, error) {
	p := Preview{Message: m}
	if !m.Verification.IsZero() {
		err := provider.ErrNotFound
		if v.codes != nil {
			p.Code, p.Link, err = v.codes.Code(ctx, m.Verification)
		}
		if p.Expired = errors.Is(err, provider.ErrNotFound); err != nil && !p.Expired {
			return p, fmt.Errorf("notify: read a code: %w", err)
		}
	}
	letter, err := v.texts.Render(m, p.Code, p.Link)
	if err != nil {
		return p, err
	}
	if p.Subject, p.Link = letter.Subject, v.texts.catalogue(m.Locale).localized(m.Channel, p.Link); !p.Expired {
		p.Text, p.HTML = letter.Text, letter.HTML
	}
	if !m.Kind.hasCode() {
		p.Code = ""
	}
	return p, nil
}

// Displayed is the carrier of a development server, which shows messages instead of handing them over.
type Displayed struct{}

// Carry is part of Carrier.
func (Displayed) Carry(context.Context, Letter) error { return nil }
