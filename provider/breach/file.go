package breach

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	// maxLine is the length of a line: a SHA-1 hash in hexadecimal digits, a colon, a number, CR and LF.
	maxLine = 2*len(hash{}) + 1 + 12 + 2
	// samples is how many lines Check reads of a large file.
	samples = 512
)

// File is a list in a file as Have I Been Pwned distributes it: a line such as
// 000000005AD76BD555C1D6D771DE417A4B87E4B4:4 for each password, in the order of the hashes.
type File struct {
	path string
	data io.ReaderAt
	size int64
	file io.Closer
}

// OpenFile opens a list. It returns ErrList for a file that is none, or is not in order: in the order of
// frequency, for one, almost nothing would be found. Of a large file it reads a sample.
func OpenFile(path string) (*File, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrList, err)
	}
	f := &File{path: path, data: file, file: file}
	info, err := file.Stat()
	switch {
	case err == nil && !info.Mode().IsRegular():
		err = fmt.Errorf("%w: %s is not a file", ErrList, path)
	case err == nil:
		f.size = info.Size()
		err = f.check()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return f, nil
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// check finds out whether the file is a list.
func (f *File) check() error {
	if f.size == 0 {
		return fmt.Errorf("%w: %s is empty", ErrList, f.path)
	}
	step := max(f.size/samples, 1)
	var before hash
	next, first := int64(0), true
	for at := int64(0); at < f.size; at = max(at+step, next) {
		begin, h, end, err := f.line(0, at)
		if err != nil {
			return err
		}
		if !first && bytes.Compare(h[:], before[:]) <= 0 {
			return fmt.Errorf("%w: %s is not in the order of the hashes, see its byte %d: download the list that is ordered by hash", ErrList, f.path, begin)
		}
		before, next, first = h, end, false
	}
	return nil
}

// has searches the file by halves: some 30 reads of a list of a billion passwords.
func (f *File) has(_ context.Context, h hash) (bool, error) {
	low, high := int64(0), f.size // both begin a line, or are the end
	for low < high {
		begin, is, end, err := f.line(low, low+(high-low)/2)
		if err != nil {
			return false, err
		}
		switch bytes.Compare(h[:], is[:]) {
		case 0:
			return true, nil
		case -1:
			high = begin
		default:
			low = end
		}
	}
	return false, nil
}

// line reads the line that has the byte at, and tells where the next one begins. No line before low is
// looked at.
func (f *File) line(low, at int64) (begin int64, h hash, end int64, err error) {
	from := max(low, at-int64(maxLine))
	window := make([]byte, 2*maxLine+1)
	n, err := f.data.ReadAt(window, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, h, 0, fmt.Errorf("%w: %w", ErrList, err)
	}
	window = window[:n]
	begin = from
	if i := bytes.LastIndexByte(window[:min(at-from, int64(n))], '\n'); i >= 0 {
		begin = from + int64(i) + 1
	}
	text := window[min(begin-from, int64(n)):]
	end = begin + int64(len(text))
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		text, end = text[:i], begin+int64(i)+1
	}
	h, ok := parse(text)
	if !ok { // the file may be any: its text is for nobody
		return 0, h, 0, fmt.Errorf("%w: %s has no line of the form HASH:COUNT at byte %d, with 40 hexadecimal digits of SHA-1", ErrList, f.path, begin)
	}
	return begin, h, end, nil
}

func parse(line []byte) (h hash, ok bool) {
	digits, count, found := bytes.Cut(bytes.TrimSuffix(line, []byte("\r")), []byte(":"))
	if !found || len(digits) != hex.EncodedLen(len(h)) || !number(count) {
		return h, false
	}
	_, err := hex.Decode(h[:], digits)
	return h, err == nil
}

func number(text []byte) bool {
	return len(text) > 0 && len(text) <= 12 && !bytes.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}
