package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed" // the data file
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// dataFile is confusables.txt of Unicode 17.0.0 as the Unicode Consortium publishes it, compressed.
//
//go:embed confusables.txt.gz
var dataFile []byte

// sum is the SHA-256 of the data file before compression. Whoever changes it reads the decisions of
// package lookalike first.
const sum = "091c7f82fc39ef208faf8f94d29c244de99254675e09de163160c810d13ef22a"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	unzip, err := gzip.NewReader(bytes.NewReader(dataFile))
	if err != nil {
		return fmt.Errorf("confusables.txt.gz: %w", err)
	}
	data, err := io.ReadAll(unzip)
	if err != nil {
		return fmt.Errorf("confusables.txt.gz: %w", err)
	}
	if is := sha256.Sum256(data); hex.EncodeToString(is[:]) != sum {
		return fmt.Errorf("confusables.txt.gz is not the file of Unicode 17.0.0: its SHA-256 is %x", is)
	}
	table, err := tableOf(data)
	if err != nil {
		return err
	}
	return os.WriteFile("table.txt", []byte(table), 0o644) //nolint:gosec // a source file
}

// tableOf sorts the lines by the character and leaves out all but the character and its prototype.
func tableOf(data []byte) (string, error) {
	var lines []string
	scanner := bufio.NewScanner(bytes.NewReader(data))
	for scanner.Scan() {
		text, _, _ := strings.Cut(strings.TrimPrefix(scanner.Text(), "\ufeff"), "#")
		fields := strings.Split(text, ";")
		if len(fields) < 3 {
			continue // a comment
		}
		from, err := characters(fields[0])
		if err != nil {
			return "", err
		}
		to, err := characters(fields[1])
		if err != nil {
			return "", err
		}
		if len([]rune(from)) != 1 || to == "" || strings.Contains(from+to, "\n") {
			return "", fmt.Errorf("a line has another form than expected: %s", scanner.Text())
		}
		lines = append(lines, from+to+"\n")
	}
	if len(lines) == 0 {
		return "", errors.New("the data file is empty")
	}
	slices.Sort(lines)
	return strings.Join(lines, ""), scanner.Err()
}

// characters are those of the numbers in a field.
func characters(field string) (string, error) {
	var b strings.Builder
	for _, number := range strings.Fields(field) {
		r, err := strconv.ParseUint(number, 16, 21)
		if err != nil {
			return "", fmt.Errorf("%q is not the number of a character", number)
		}
		b.WriteRune(rune(r))
	}
	return b.String(), nil
}
