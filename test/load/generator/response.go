package generator

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// ErrMalformed is a response that this package cannot parse as HTTP/1.1.
var ErrMalformed = errors.New("generator: malformed response")

// maxHead and maxBody limit the memory for responses of a faulty server.
const (
	maxHead = 64 << 10
	maxBody = 4 << 20
)

// Response is valid until the next request on its connection.
type Response struct {
	Status int
	Body   []byte

	head []byte
}

// Header returns the first header of that name, or nil. Case does not matter.
func (r Response) Header(name string) []byte {
	rest := r.head
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		rest = after
		if len(line) > len(name) && line[len(name)] == ':' && bytes.EqualFold(line[:len(name)], []byte(name)) {
			return bytes.TrimSpace(line[len(name)+1:])
		}
	}
	return nil
}

// readResponse reads one response into the given buffers, which may be reused.
func readResponse(in *bufio.Reader, head, body []byte) (Response, error) {
	head, err := readHead(in, head[:0])
	if err != nil {
		return Response{}, err
	}
	// "HTTP/1.1 200 OK": RFC 9112 section 4.
	if len(head) < 13 || !bytes.HasPrefix(head, []byte("HTTP/1.")) {
		return Response{}, fmt.Errorf("%w: status line", ErrMalformed)
	}
	status, err := strconv.Atoi(string(head[9:12]))
	if err != nil {
		return Response{}, fmt.Errorf("%w: status line", ErrMalformed)
	}
	r := Response{Status: status, head: head}
	r.Body, err = readBody(in, r, body[:0])
	return r, err
}

func readHead(in *bufio.Reader, head []byte) ([]byte, error) {
	for len(head) <= maxHead {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		head = append(head, line...)
		if len(line) <= len("\r\n") {
			return head, nil
		}
	}
	return nil, fmt.Errorf("%w: head too long", ErrMalformed)
}

func readBody(in *bufio.Reader, r Response, body []byte) ([]byte, error) {
	if r.Status == 204 || r.Status == 304 {
		return body, nil
	}
	if length := r.Header("Content-Length"); length != nil {
		n, err := strconv.Atoi(string(length))
		if err != nil {
			return nil, fmt.Errorf("%w: Content-Length", ErrMalformed)
		}
		return appendFrom(in, body, n)
	}
	if bytes.EqualFold(r.Header("Transfer-Encoding"), []byte("chunked")) {
		return readChunks(in, body)
	}
	return nil, fmt.Errorf("%w: neither Content-Length nor chunks", ErrMalformed)
}

// readChunks: RFC 9112 section 7.1.
func readChunks(in *bufio.Reader, body []byte) ([]byte, error) {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		digits, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(";"))
		size, err := strconv.ParseInt(string(digits), 16, 32)
		if err != nil {
			return nil, fmt.Errorf("%w: chunk size", ErrMalformed)
		}
		if size == 0 {
			_, err = readHead(in, nil) // trailers, up to the empty line
			return body, err
		}
		if body, err = appendFrom(in, body, int(size)); err != nil {
			return nil, err
		}
		if _, err = in.Discard(len("\r\n")); err != nil {
			return nil, err
		}
	}
}

func appendFrom(in *bufio.Reader, body []byte, n int) ([]byte, error) {
	if n < 0 || len(body)+n > maxBody {
		return nil, fmt.Errorf("%w: body of %d bytes", ErrMalformed, n)
	}
	start := len(body)
	if cap(body) < start+n {
		body = append(make([]byte, 0, start+n), body...)
	}
	body = body[:start+n]
	_, err := io.ReadFull(in, body[start:])
	return body, err
}
