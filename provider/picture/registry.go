package picture

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Path is where pictures are served; the id and the ending follow.
const Path = "/pictures/"

const (
	ending    = ".jpg"
	mediaType = "image/jpeg"
)

// Stored is the picture of a user.
type Stored struct {
	UserID provider.ID
	// ID is 32 hexadecimal digits.
	ID        string
	MediaType string
	Body      []byte
	CreatedAt time.Time
}

// Store stores pictures. It returns provider.ErrNotFound.
type Store interface {
	// PutPicture stores the picture of a user in place of the one before.
	PutPicture(ctx context.Context, p Stored) error
	Picture(ctx context.Context, id string) (Stored, error)
	RemovePicture(ctx context.Context, userID provider.ID) error
}

// Registry stores the pictures of users.
type Registry struct {
	store  Store
	issuer string
	clock  provider.Clock
	random io.Reader
	// turn is held while an upload is decoded, which takes memory for each of its pixels.
	turn chan struct{}
}

// NewRegistry makes the Registry of an issuer.
func NewRegistry(store Store, issuer string, clock provider.Clock, random io.Reader) *Registry {
	return &Registry{store: store, issuer: issuer, clock: clock, random: random, turn: make(chan struct{}, 1)}
}

// Prepare makes the square of an upload, one at a time. It returns ErrFormat or ErrSize, or the error of ctx.
func (r *Registry) Prepare(ctx context.Context, upload []byte) ([]byte, error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := ctx.Err(); err != nil { // gone while others had their turn, which comes all the same when both are ready
		return nil, err
	}
	return Square(upload)
}

// Put stores a square as the picture of a user, and returns its URL.
func (r *Registry) Put(ctx context.Context, userID provider.ID, square []byte) (string, error) {
	var id [16]byte
	if _, err := io.ReadFull(r.random, id[:]); err != nil {
		panic("picture: no randomness: " + err.Error())
	}
	p := Stored{UserID: userID, ID: hex.EncodeToString(id[:]), MediaType: mediaType, Body: square, CreatedAt: r.clock.Now(ctx)}
	if err := r.store.PutPicture(ctx, p); err != nil {
		return "", fmt.Errorf("picture: store: %w", err)
	}
	return r.issuer + Path + p.ID + ending, nil
}

// Remove removes the picture of a user, if there is one.
func (r *Registry) Remove(ctx context.Context, userID provider.ID) error {
	if err := r.store.RemovePicture(ctx, userID); err != nil {
		return fmt.Errorf("picture: remove: %w", err)
	}
	return nil
}

// Find returns a picture by the last part of its path, or provider.ErrNotFound.
func (r *Registry) Find(ctx context.Context, name string) (Stored, error) {
	id, ok := strings.CutSuffix(name, ending)
	if _, err := hex.DecodeString(id); !ok || err != nil || len(id) != 32 {
		return Stored{}, provider.ErrNotFound
	}
	return r.store.Picture(ctx, id)
}

// Shown tells whether a URL is that of a picture by its id: whether a profile with that URL still shows it.
func Shown(url, id string) bool { return strings.HasSuffix(url, Path+id+ending) }

// Own tells whether a URL is that of a picture here; others are pages of other servers.
func (r *Registry) Own(url string) bool { return strings.HasPrefix(url, r.issuer+Path) }
