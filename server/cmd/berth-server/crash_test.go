package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/berth/contract"
)

func TestAKilledServerLosesNoAcknowledgedWrite(t *testing.T) {
	directory := t.TempDir()
	const writers, rounds = 8, 3
	// For each writer: the last number acknowledged, and the last one sent.
	acknowledged, sent := make([]int, writers), make([]int, writers)
	created := map[string]bool{}
	total := 0
	for round := range rounds {
		p := start(t, directory)
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: writers}}
		var mutex sync.Mutex
		var wait sync.WaitGroup
		for writer := range writers {
			wait.Go(func() {
				for {
					sent[writer]++
					text := strconv.Itoa(sent[writer])
					status, _, err := request(client, "PUT", fmt.Sprintf("%s%s/writer-%d", p.url, contract.Get.Paths.Items, writer), text)
					if err != nil {
						return
					}
					if status != http.StatusOK && status != http.StatusCreated {
						t.Errorf("PUT answers %d", status)
						return
					}
					acknowledged[writer] = sent[writer]
					id := fmt.Sprintf("new-%d-%s", writer, text)
					if status, _, err := request(client, "PUT", p.url+contract.Get.Paths.Items+"/"+id, text, "If-None-Match", "*"); err != nil {
						return
					} else if status == http.StatusCreated {
						mutex.Lock()
						created[id] = true
						mutex.Unlock()
					}
				}
			})
		}
		time.Sleep(300*time.Millisecond + rand.N(300*time.Millisecond))
		p.signal(syscall.SIGKILL)
		wait.Wait()
		p.wait()
		client.CloseIdleConnections()

		p = start(t, directory)
		for writer := range writers {
			status, text, err := request(http.DefaultClient, "GET", fmt.Sprintf("%s%s/writer-%d", p.url, contract.Get.Paths.Items, writer), "")
			got, _ := strconv.Atoi(text)
			if err != nil || status != http.StatusOK || got < acknowledged[writer] || got > sent[writer] {
				t.Errorf("round %d: writer %d has %d %q, %v; acknowledged was %d, sent %d", round, writer, status, text, err, acknowledged[writer], sent[writer])
			}
			total += acknowledged[writer]
		}
		for id := range created {
			if status, _, err := request(http.DefaultClient, "GET", p.url+contract.Get.Paths.Items+"/"+id, ""); err != nil || status != http.StatusOK {
				t.Errorf("round %d: %s was acknowledged, and answers %d, %v", round, id, status, err)
			}
		}
		p.stop()
	}
	if len(created) < rounds*writers {
		t.Errorf("only %d writes were made: the test proves too little", len(created))
	}
	t.Logf("%d items checked after %d kills", len(created)+writers, rounds)
}

func TestAServerKilledWhileStartingStartsAgain(t *testing.T) {
	directory := t.TempDir()
	for range 15 {
		p := startUnready(t, directory)
		time.Sleep(rand.N(30 * time.Millisecond))
		p.signal(syscall.SIGKILL)
		p.wait()
	}
	p := start(t, directory)
	if status, text, err := request(http.DefaultClient, "PUT", p.url+contract.Get.Paths.Items+"/x", "1"); status != http.StatusCreated {
		t.Errorf("PUT answers %d %s, %v", status, text, err)
	}
	p.stop()
}

func TestFilesOfTheLogAreSmallSoThatAStartReadsLittle(t *testing.T) {
	directory := t.TempDir()
	start(t, directory)
	files, err := filepath.Glob(filepath.Join(directory, "*", "member", "wal", "*.wal"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the log is %v, %v; want one file", files, err)
	}
	// A file has its size from the beginning.
	switch file, err := os.Stat(files[0]); {
	case err != nil:
		t.Fatal(err)
	case file.Size() > 8<<20:
		t.Errorf("%s has %d bytes, want at most 8 MiB", files[0], file.Size())
	}
}
