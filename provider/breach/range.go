package breach

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

const (
	// patience is how long a person waits for the service.
	patience = 2 * time.Second
	// prefix is how many digits of a hash the service is told.
	prefix = 5
	// maxRange bounds the response, which has some 2000 lines.
	maxRange = 1 << 20
)

// ErrAddress says what the address of a service is.
var ErrAddress = errors.New("an https address such as https://api.pwnedpasswords.com/range/")

// fetcher fetches an https URL.
type fetcher interface {
	GetWith(ctx context.Context, address string, headers map[string]string, maxBody int64) (outbound.Fetched, error)
}

// Range is a service that responds to the first digits of a hash with the others of all hashes that
// begin so.
type Range struct {
	address *url.URL
	fetch   fetcher
}

// NewRange makes a Range of the service at an address. It returns ErrAddress.
func NewRange(address string, f fetcher) (*Range, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || strings.ContainsAny(address, "?#") {
		return nil, ErrAddress
	}
	return &Range{u, f}, nil
}

// Probe tells whether the service responds.
func (r *Range) Probe(ctx context.Context) error {
	_, err := r.has(ctx, hash{})
	return err
}

func (r *Range) has(ctx context.Context, h hash) (bool, error) {
	digits := strings.ToUpper(hex.EncodeToString(h[:]))
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// With padding, the size of the response does not tell an eavesdropper which range it is.
	got, err := r.fetch.GetWith(ctx, r.address.JoinPath(digits[:prefix]).String(), map[string]string{"Accept": "text/plain", "Add-Padding": "true"}, maxRange)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrList, withoutAddress(err))
	}
	found, lines := false, 0
	for line := range bytes.Lines(got.Body) {
		rest, count, _ := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		if len(rest) != len(digits)-prefix || !number(count) {
			return false, fmt.Errorf("%w: %s responded with something else than hashes", ErrList, r.address.Host)
		}
		// A count of 0 is padding.
		found = found || (bytes.EqualFold(rest, []byte(digits[prefix:])) && strings.Trim(string(count), "0") != "")
		lines++
	}
	if lines == 0 {
		return false, fmt.Errorf("%w: %s responded with nothing", ErrList, r.address.Host)
	}
	return found, nil
}

// withoutAddress is the error without the address, which has digits of the hash.
func withoutAddress(err error) error {
	var fault *url.Error
	if errors.As(err, &fault) {
		return fault.Err
	}
	return err
}
