// Checks a bundle of evidence without a line of Parley: the zip with Go's own archive/zip, heads and keys with sumdb/note, proofs with
// sumdb/tlog (page: protocol/evidence.md, EV-6 and EV-7). Roots that the other party has seen stand in COSE, which Go has no package for,
// so they are given: check-bundle FILE consistency/PLACE.txt=BASE64 …
package main

import (
	"archive/zip"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var files = map[string]string{}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func hash(text string) (hash tlog.Hash) {
	bytes, err := base64.StdEncoding.DecodeString(text)
	must(err)
	if len(bytes) != tlog.HashSize {
		must(fmt.Errorf("%q is no hash", text))
	}
	copy(hash[:], bytes)
	return hash
}

// The size and root of a signed head, whose Ed25519 line holds under its log's key.
func head(text string, log string) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(strings.TrimSuffix(files["keys/"+log+".vkey"], "\n"))
	must(err)
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		must(fmt.Errorf("no checkpoint: %q", opened.Text))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	return size, hash(lines[2])
}

// The first lines, the hashes after them, and the note behind the empty line.
func parts(text string, first int) ([]string, []tlog.Hash, string) {
	end := strings.Index(text, "\n\n")
	lines := strings.Split(text[:end], "\n")
	hashes := []tlog.Hash{}
	for _, line := range lines[first:] {
		hashes = append(hashes, hash(line))
	}
	return lines[:first], hashes, text[end+2:]
}

func number(line string, word string) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(line, word+" "), 10, 64)
	must(err)
	return n
}

func main() {
	reader, err := zip.OpenReader(os.Args[1])
	must(err)
	for _, file := range reader.File {
		opened, err := file.Open()
		must(err)
		bytes, err := io.ReadAll(opened)
		must(err)
		files[file.Name] = string(bytes)
	}
	heads, proofs, continued := 0, 0, 0
	for name, text := range files {
		stem := name[strings.Index(name, "/")+1:]
		switch {
		case strings.HasPrefix(name, "heads/"):
			head(text, strings.TrimSuffix(stem, ".note"))
			heads++
		case strings.HasPrefix(name, "proofs/"):
			place := strings.TrimSuffix(stem, ".tlog-proof")
			first, path, signed := parts(text, 2)
			entry, isChosen := files["chosen/"+place+".cose"]
			if !isChosen {
				entry = files["others/"+place+".cose"]
			}
			if first[0] != "c2sp.org/tlog-proof@v1" {
				must(fmt.Errorf("%s is no tlog-proof", name))
			}
			size, root := head(signed, place[:strings.LastIndex(place, ".")])
			must(tlog.CheckRecord(path, size, root, number(first[1], "index"), tlog.RecordHash([]byte(entry))))
			proofs++
		}
	}
	for _, given := range os.Args[2:] {
		at := strings.Index(given, "=")
		name, seen := given[:at], hash(given[at+1:])
		place := strings.TrimSuffix(strings.TrimPrefix(name, "consistency/"), ".txt")
		first, path, signed := parts(files[name], 1)
		size, root := head(signed, place[:strings.LastIndex(place, ".")])
		must(tlog.CheckTree(path, size, root, number(first[0], "old"), seen))
		continued++
	}
	fmt.Printf("%d heads, %d proofs, %d continued\n", heads, proofs, continued)
}
