package store_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/berth/item"
	"example.com/berth/store/storetest"
)

// A volume that an earlier version wrote must be read by every later one. To
// make the volume of a new layout, give it a new name here and run
//
//	go test ./store -run TestAVolumeOfLayout1IsRead -make-volume
//
// An existing volume is never made again: it is what earlier versions wrote.
var makeVolume = flag.Bool("make-volume", false, "write testdata/volume-v1.tar.gz")

const volumeFile = "testdata/volume-v1.tar.gz"

// volumeItems is what is in the volume.
func volumeItems() map[string]string {
	items := map[string]string{
		"empty-object": "{}",
		"unicode":      `{"name":"Ålesund","emoji":"⚓"}`,
		"spaced":       "{ \"kept\" : [ 1.50 , 2e3 ] }\n",
		"A.b_c~d:e-9":  `"every character of an id"`,
		"large":        `"` + strings.Repeat("0123456789", 1000) + `"`,
	}
	for i := range 20 {
		items[fmt.Sprintf("order-%02d", i)] = fmt.Sprintf(`{"number":%d}`, i)
	}
	return items
}

const volumeIdempotencyKey, volumeCreated = "volume-v1", `{"created":true}`

func TestAVolumeOfLayout1IsRead(t *testing.T) {
	if *makeVolume {
		writeVolume(t)
	}
	directory := t.TempDir()
	unpack(t, volumeFile, directory)
	s := storetest.OpenWith(t, storetest.Options(t, directory))
	defer s.Close()

	for id, want := range volumeItems() {
		got, err := s.Get(t.Context(), id)
		if err != nil || string(got.Document) != want {
			t.Errorf("Get(%s) = %q, %v, want %q", id, got.Document, err, want)
		}
	}
	_, err := s.Get(t.Context(), "deleted")
	wantCode(t, err, item.NotFound)
	page, err := s.List(t.Context(), "", 1000, "")
	if want := len(volumeItems()) + 1; err != nil || len(page.Items) != want {
		t.Fatalf("there are %d items, %v, want %d", len(page.Items), err, want)
	}
	// The marker of a request expires a day after, or is still there: the
	// one item that was created must be intact either way.
	created := ""
	for _, found := range page.Items {
		if _, ok := volumeItems()[found.ID]; !ok {
			created = string(found.Document)
		}
	}
	if created != volumeCreated {
		t.Errorf("the created item is %q, want %q", created, volumeCreated)
	}
	if mustPut(t, s, "new", "1") <= page.Items[0].Revision {
		t.Error("revisions do not go on from those of the volume")
	}
}

func writeVolume(t *testing.T) {
	directory := t.TempDir()
	s := storetest.OpenWith(t, storetest.Options(t, directory))
	mustPut(t, s, "deleted", "1")
	for id, document := range volumeItems() {
		mustPut(t, s, id, "0")
		mustPut(t, s, id, document)
	}
	if err := s.Delete(t.Context(), "deleted", always); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Create(t.Context(), []byte(volumeCreated), volumeIdempotencyKey); err != nil {
		t.Fatal(err)
	}
	s.Close()
	pack(t, directory, "etcd", volumeFile)
}

func pack(t *testing.T, directory, part, to string) {
	t.Helper()
	file, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	compressed, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewWriter(compressed)
	err = filepath.WalkDir(filepath.Join(directory, part), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		// What etcd set aside for later is no part of the volume.
		if strings.HasSuffix(path, ".tmp") {
			return nil
		}
		name, err := filepath.Rel(directory, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content))}); err != nil {
			return err
		}
		_, err = archive.Write(content)
		return err
	})
	if err := errors.Join(err, archive.Close(), compressed.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

func unpack(t *testing.T, from, directory string) {
	t.Helper()
	file, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	compressed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(compressed)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(directory, filepath.FromSlash(header.Name))
		content, err := io.ReadAll(archive)
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}
